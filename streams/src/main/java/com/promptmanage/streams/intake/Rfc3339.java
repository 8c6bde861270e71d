package com.promptmanage.streams.intake;

import com.promptmanage.streams.intake.Rejection.Reason;

/** Times as CloudEvents writes them, read from bytes. */
final class Rfc3339 {

    private Rfc3339() {}

    /** Ms since the epoch of {@code 2026-11-24T10:15:30.123456789Z} or with an offset; parts of a ms are cut off. */
    static long epochMs(Text time) throws Rejection {
        byte[] text = time.bytes();
        int at = time.start();
        int end = at + time.length();
        if (time.length() < 20
                || text[at + 4] != '-'
                || text[at + 7] != '-'
                || (text[at + 10] | 0x20) != 't'
                || text[at + 13] != ':'
                || text[at + 16] != ':') {
            throw invalid(time);
        }
        int year = number(time, text, at, 4);
        int month = number(time, text, at + 5, 2);
        int day = number(time, text, at + 8, 2);
        int hour = number(time, text, at + 11, 2);
        int minute = number(time, text, at + 14, 2);
        int second = number(time, text, at + 17, 2);
        if (month < 1
                || month > 12
                || day < 1
                || day > lengthOfMonth(year, month)
                || hour > 23
                || minute > 59
                || second > 60) {
            throw invalid(time);
        }
        at += 19;
        int millis = 0;
        if (text[at] == '.') {
            int scale = 100;
            int digits = ++at;
            while (at < end && text[at] >= '0' && text[at] <= '9') {
                millis += (text[at] - '0') * scale;
                scale /= 10;
                at++;
            }
            if (at == digits) {
                throw invalid(time);
            }
        }
        long offsetMinutes = offsetMinutes(time, text, at, end);
        return ((daysSinceEpoch(year, month, day) * 24 + hour) * 60 + minute - offsetMinutes) * 60_000L
                + second * 1000L
                + millis;
    }

    private static int offsetMinutes(Text time, byte[] text, int at, int end) throws Rejection {
        if (at + 1 == end && (text[at] | 0x20) == 'z') {
            return 0;
        }
        if (at + 6 != end || (text[at] != '+' && text[at] != '-') || text[at + 3] != ':') {
            throw invalid(time);
        }
        int hours = number(time, text, at + 1, 2);
        int minutes = number(time, text, at + 4, 2);
        if (hours > 23 || minutes > 59) {
            throw invalid(time);
        }
        return text[at] == '-' ? -(hours * 60 + minutes) : hours * 60 + minutes;
    }

    private static int number(Text time, byte[] text, int at, int digits) throws Rejection {
        int number = 0;
        for (int i = at; i < at + digits; i++) {
            if (text[i] < '0' || text[i] > '9') {
                throw invalid(time);
            }
            number = number * 10 + (text[i] - '0');
        }
        return number;
    }

    /** Of the proleptic Gregorian calendar, counted in eras of 400 years that begin on the first of March. */
    private static long daysSinceEpoch(int year, int month, int day) {
        int shiftedYear = month <= 2 ? year - 1 : year;
        int era = Math.floorDiv(shiftedYear, 400);
        int yearOfEra = shiftedYear - era * 400;
        int dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        return era * 146_097L + dayOfEra - 719_468L;
    }

    private static int lengthOfMonth(int year, int month) {
        boolean leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        return switch (month) {
            case 2 -> leap ? 29 : 28;
            case 4, 6, 9, 11 -> 30;
            default -> 31;
        };
    }

    private static Rejection invalid(Text time) {
        return new Rejection(Reason.INVALID, "time '%s' is not of the form 2026-11-24T10:15:30Z".formatted(time));
    }
}
