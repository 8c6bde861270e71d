package com.promptmanage.query.report;

import com.promptmanage.query.report.Report.Day;
import com.promptmanage.query.report.Report.Figure;
import com.promptmanage.query.report.Report.Table;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.money.ShownUsd;
import java.util.List;

/** A report as a page that stands alone: no script, nothing to load, the chart drawn in it. */
final class ReportHtml {

    private static final int CHART_WIDTH = 640;

    private static final int CHART_HEIGHT = 140;

    private static final int AXIS_HEIGHT = 18;

    private ReportHtml() {}

    static String of(Report report) {
        var html = new StringBuilder("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
                .append(escaped(report.title()))
                .append("</title></head><body style=\"font-family:sans-serif;color:#1f2933;max-width:680px\">");
        html.append(
                "<h1 style=\"font-size:20px;margin-bottom:4px\">%s</h1><p style=\"color:#52606d;margin-top:0\">%s</p>"
                        .formatted(escaped(report.title()), escaped(report.period())));
        html.append("<table role=\"presentation\" style=\"border-spacing:0\"><tr>");
        for (Figure figure : report.figures()) {
            html.append("<td style=\"padding:8px 24px 8px 0;vertical-align:top\"><div style=\"color:#52606d\">%s</div>"
                            .formatted(escaped(figure.name())))
                    .append("<div style=\"font-size:20px\"><b>%s</b></div>".formatted(escaped(figure.value())))
                    .append("<div style=\"color:#52606d;font-size:12px\">%s</div></td>"
                            .formatted(escaped(figure.note())));
        }
        html.append("</tr></table>");
        if (report.days().size() > 1) {
            chart(html, report);
        }
        report.tables().forEach(table -> table(html, table));
        report.notes().forEach(note -> html.append("<p style=\"color:#b45309\">%s</p>".formatted(escaped(note))));
        html.append("<p style=\"color:#52606d;font-size:12px\">%s</p>".formatted(escaped(Report.ROUNDED)));
        return html.append("</body></html>").toString();
    }

    private static void chart(StringBuilder html, Report report) {
        int count = report.days().size();
        html.append(
                "<h2 style=\"font-size:16px\">Cost by day</h2><svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"Cost by day, at most %s\">"
                        .formatted(CHART_WIDTH, CHART_HEIGHT + AXIS_HEIGHT, ShownUsd.of(report.dearestDayNanoUsd())));
        int step = CHART_WIDTH / count;
        for (int i = 0; i < count; i++) {
            Day day = report.days().get(i);
            int height = report.height(day, CHART_HEIGHT);
            html.append(
                    "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#2563eb\"><title>%s: $%s</title></rect>"
                            .formatted(
                                    i * step + 1,
                                    CHART_HEIGHT - height,
                                    Math.max(1, step - 2),
                                    height,
                                    day.day(),
                                    new NanoUsd(day.costNanoUsd()).toUsd()));
        }
        html.append("<text x=\"0\" y=\"%d\" font-size=\"12\" fill=\"#52606d\">%s</text>"
                .formatted(
                        CHART_HEIGHT + AXIS_HEIGHT - 4, report.days().getFirst().day()));
        html.append("<text x=\"%d\" y=\"%d\" font-size=\"12\" fill=\"#52606d\" text-anchor=\"end\">%s</text></svg>"
                .formatted(
                        count * step,
                        CHART_HEIGHT + AXIS_HEIGHT - 4,
                        report.days().getLast().day()));
    }

    private static void table(StringBuilder html, Table table) {
        html.append("<h2 style=\"font-size:16px\">%s</h2><table style=\"border-collapse:collapse;width:100%%\"><tr>"
                .formatted(escaped(table.title())));
        for (int i = 0; i < table.head().size(); i++) {
            html.append("<th style=\"%s;color:#52606d;font-weight:normal\">%s</th>"
                    .formatted(cell(i), escaped(table.head().get(i))));
        }
        html.append("</tr>");
        for (List<String> row : table.rows()) {
            html.append("<tr>");
            for (int i = 0; i < row.size(); i++) {
                html.append("<td style=\"%s\">%s</td>".formatted(cell(i), escaped(row.get(i))));
            }
            html.append("</tr>");
        }
        html.append("</table>");
    }

    private static String cell(int column) {
        return "border-bottom:1px solid #e4e7eb;padding:4px 8px 4px 0;text-align:" + (column == 0 ? "left" : "right");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
