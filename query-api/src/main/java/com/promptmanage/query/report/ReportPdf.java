package com.promptmanage.query.report;

import com.promptmanage.query.report.Report.Day;
import com.promptmanage.query.report.Report.Figure;
import com.promptmanage.query.report.Report.Table;
import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.util.List;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts.FontName;

/**
 * A report for filing. Set in a font that every reader has, so that none is embedded; what that font does not have, such as names
 * in other scripts, is shown as question marks.
 */
final class ReportPdf implements AutoCloseable {

    private static final Charset LATIN = Charset.forName("windows-1252");

    private static final Color DARK = new Color(0x1f, 0x29, 0x33);

    private static final Color GREY = new Color(0x52, 0x60, 0x6d);

    private static final Color BLUE = new Color(0x25, 0x63, 0xeb);

    private static final int MARGIN = 50;

    private static final int CHART_HEIGHT = 110;

    private static final int LINE = 14;

    private static final int TEXT_SIZE = 9;

    private final PDDocument document = new PDDocument();

    private final PDFont plain = new PDType1Font(FontName.HELVETICA);

    private final PDFont bold = new PDType1Font(FontName.HELVETICA_BOLD);

    private PDPageContentStream page;

    private int y;

    private ReportPdf() throws IOException {
        page = begin();
    }

    static byte[] of(Report report) {
        try (var pdf = new ReportPdf()) {
            pdf.write(report);
            pdf.page.close();
            var bytes = new ByteArrayOutputStream();
            pdf.document.save(bytes);
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("written to memory", e);
        }
    }

    private void write(Report report) throws IOException {
        document.getDocumentInformation().setTitle(report.title());
        line(bold, 16, DARK, report.title(), MARGIN);
        down(18);
        line(plain, 10, GREY, report.period(), MARGIN);
        down(26);
        int column = width() / Math.max(1, report.figures().size());
        for (int i = 0; i < report.figures().size(); i++) {
            Figure figure = report.figures().get(i);
            int x = MARGIN + i * column;
            at(x, y, plain, TEXT_SIZE, GREY, figure.name());
            at(x, y - 16, bold, 13, DARK, cut(bold, 13, figure.value(), column - 8));
            at(x, y - 28, plain, 7, GREY, cut(plain, 7, figure.note(), column - 8));
        }
        down(50);
        if (report.days().size() > 1) {
            chart(report);
        }
        for (Table table : report.tables()) {
            table(table);
        }
        for (String note : report.notes()) {
            need(LINE);
            line(plain, TEXT_SIZE, GREY, note, MARGIN);
            down(LINE);
        }
        need(LINE);
        line(plain, 8, GREY, Report.ROUNDED, MARGIN);
    }

    private void chart(Report report) throws IOException {
        line(bold, 12, DARK, "Cost by day", MARGIN);
        down(10 + CHART_HEIGHT);
        int step = width() / report.days().size();
        page.setNonStrokingColor(BLUE);
        for (int i = 0; i < report.days().size(); i++) {
            Day day = report.days().get(i);
            page.addRect(MARGIN + i * step, y, Math.max(1, step - 2), report.height(day, CHART_HEIGHT));
        }
        page.fill();
        down(12);
        line(plain, 8, GREY, report.days().getFirst().day().toString(), MARGIN);
        String last = report.days().getLast().day().toString();
        at(MARGIN + report.days().size() * step - textWidth(plain, 8, last), y, plain, 8, GREY, last);
        down(26);
    }

    private void table(Table table) throws IOException {
        need(3 * LINE);
        line(bold, 12, DARK, table.title(), MARGIN);
        down(16);
        row(table.head(), GREY);
        for (List<String> row : table.rows()) {
            need(LINE);
            row(row, DARK);
        }
        down(12);
    }

    /** The first column takes what the figures leave. */
    private void row(List<String> cells, Color color) throws IOException {
        int figures = 90;
        int first = width() - figures * (cells.size() - 1);
        at(MARGIN, y, plain, TEXT_SIZE, color, cut(plain, TEXT_SIZE, cells.getFirst(), first - 8));
        for (int i = 1; i < cells.size(); i++) {
            String cell = cut(plain, TEXT_SIZE, cells.get(i), figures - 8);
            int right = MARGIN + first + i * figures;
            at(right - textWidth(plain, TEXT_SIZE, cell), y, plain, TEXT_SIZE, color, cell);
        }
        down(LINE);
    }

    private void line(PDFont font, int size, Color color, String text, int x) throws IOException {
        at(x, y, font, size, color, cut(font, size, text, width()));
    }

    private void at(int x, int baseline, PDFont font, int size, Color color, String text) throws IOException {
        page.beginText();
        page.setFont(font, size);
        page.setNonStrokingColor(color);
        page.newLineAtOffset(x, baseline);
        page.showText(printable(text));
        page.endText();
    }

    private void need(int height) throws IOException {
        if (y - height < MARGIN) {
            page.close();
            page = begin();
        }
    }

    private PDPageContentStream begin() throws IOException {
        var sheet = new PDPage(PDRectangle.A4);
        document.addPage(sheet);
        y = (int) PDRectangle.A4.getHeight() - MARGIN;
        return new PDPageContentStream(document, sheet);
    }

    private void down(int by) {
        y -= by;
    }

    private static int width() {
        return (int) PDRectangle.A4.getWidth() - 2 * MARGIN;
    }

    private static String cut(PDFont font, int size, String text, int most) throws IOException {
        String cut = printable(text);
        while (!cut.isEmpty() && textWidth(font, size, cut) > most) {
            cut = cut.substring(0, cut.length() - 1);
        }
        return cut;
    }

    /** In points, rounded up. */
    private static int textWidth(PDFont font, int size, String text) throws IOException {
        return (int) Math.ceil(font.getStringWidth(printable(text)) * size / 1000);
    }

    private static String printable(String text) {
        CharsetEncoder encoder = LATIN.newEncoder();
        var printable = new StringBuilder();
        text.codePoints()
                .forEach(point -> printable.append(
                        Character.isBmpCodePoint(point)
                                        && !Character.isISOControl(point)
                                        && encoder.canEncode((char) point)
                                ? (char) point
                                : '?'));
        return printable.toString();
    }

    @Override
    public void close() throws IOException {
        document.close();
    }
}
