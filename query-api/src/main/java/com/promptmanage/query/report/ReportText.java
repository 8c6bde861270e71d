package com.promptmanage.query.report;

import com.promptmanage.query.report.Report.Day;
import com.promptmanage.query.report.Report.Figure;
import com.promptmanage.query.report.Report.Table;
import com.promptmanage.topics.money.ShownUsd;
import java.util.List;

/** A report in plain text, for readers that show no other. */
final class ReportText {

    private ReportText() {}

    static String of(Report report) {
        var text = new StringBuilder();
        text.append(report.title()).append('\n').append(report.period()).append("\n\n");
        for (Figure figure : report.figures()) {
            text.append("%s: %s%s%n"
                    .formatted(
                            figure.name(),
                            figure.value(),
                            figure.note().isEmpty() ? "" : " (%s)".formatted(figure.note())));
        }
        if (report.days().size() > 1) {
            text.append("\nBy day\n");
            for (Day day : report.days()) {
                text.append("%s  %s%n".formatted(day.day(), ShownUsd.of(day.costNanoUsd())));
            }
        }
        for (Table table : report.tables()) {
            text.append('\n').append(table.title()).append('\n');
            for (List<String> row : table.rows()) {
                text.append(String.join("  ", row)).append('\n');
            }
        }
        report.notes().forEach(note -> text.append('\n').append(note).append('\n'));
        text.append('\n').append(Report.ROUNDED).append('\n');
        return text.toString().replace("\r\n", "\n");
    }
}
