package com.promptmanage.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Signals to processes that we started: {@code INT}, {@code STOP}, {@code CONT}, {@code KILL}. */
public final class Signals {

    private Signals() {}

    /** A process that has ended by itself needs no signal any more. */
    public static void send(String signal, long pid) {
        try {
            int exit = new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
                    .redirectErrorStream(true)
                    .start()
                    .waitFor();
            if (exit != 0
                    && ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent()) {
                throw new IllegalStateException("cannot send SIG%s to process %d".formatted(signal, pid));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot send SIG%s to process %d".formatted(signal, pid), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while sending SIG" + signal, e);
        }
    }
}
