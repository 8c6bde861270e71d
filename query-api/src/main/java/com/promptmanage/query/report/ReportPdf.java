package com.promptmanage.query.report;

import com.promptmanage.query.report.Report.Day;
import com.promptmanage.query.report.Report.Figure;
import com.promptmanage.query.report.Report.Table;
import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.text.Bidi;
import java.util.List;
import java.util.Objects;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.pdmodel.font.PDType0Font;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts.FontName;
import org.jspecify.annotations.Nullable;

/**
 * A report for filing. Set in a font that every reader has, so that none is embedded; a text with letters that it does not have, such as
 * a name in Polish or Cyrillic, is set in one that is. What neither has, such as Chinese, is shown as question marks. What is
 * written from right to left is; what is too long for its place ends with an ellipsis, and no figure is ever another one.
 */
final class ReportPdf implements AutoCloseable {

    private static final Charset LATIN = Charset.forName("windows-1252");

    /** Liberation Sans (SIL Open Font License), which the library brings along. */
    private static final String WIDE = "/org/apache/pdfbox/resources/ttf/LiberationSans-Regular.ttf";

    private static final Color DARK = new Color(0x1f, 0x29, 0x33);

    private static final Color GREY = new Color(0x52, 0x60, 0x6d);

    private static final Color BLUE = new Color(0x25, 0x63, 0xeb);

    private static final int MARGIN = 50;

    private static final int CHART_HEIGHT = 110;

    private static final int LINE = 14;

    private static final int TITLE_LINE = 16;

    private static final int TEXT_SIZE = 9;

    private final PDDocument document = new PDDocument();

    private final PDFont plain = new PDType1Font(FontName.HELVETICA);

    private final PDFont bold = new PDType1Font(FontName.HELVETICA_BOLD);

    /** Null until a text needs it; only the letters that were used are embedded. */
    private @Nullable PDFont wide;

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
        // Not without its first row.
        need(TITLE_LINE + 2 * LINE);
        line(bold, 12, DARK, table.title(), MARGIN);
        down(TITLE_LINE);
        row(table.head(), GREY);
        for (List<String> row : table.rows()) {
            if (need(LINE)) {
                row(table.head(), GREY);
            }
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
        PDFont used = fontOf(font, text);
        page.beginText();
        page.setFont(used, size);
        page.setNonStrokingColor(color);
        page.newLineAtOffset(x, baseline);
        page.showText(printable(used, asSeen(text)));
        page.endText();
    }

    /** @return whether it takes another page */
    private boolean need(int height) throws IOException {
        if (y - height >= MARGIN) {
            return false;
        }
        page.close();
        page = begin();
        return true;
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

    private String cut(PDFont font, int size, String text, int most) throws IOException {
        String kept = printable(fontOf(font, text), text);
        String cut = kept;
        while (!kept.isEmpty() && textWidth(font, size, cut) > most) {
            kept = kept.substring(0, kept.length() - 1);
            cut = kept + "…";
        }
        return cut;
    }

    /** In points, rounded up. */
    private int textWidth(PDFont font, int size, String text) throws IOException {
        PDFont used = fontOf(font, text);
        return (int) Math.ceil(used.getStringWidth(printable(used, text)) * size / 1000);
    }

    /** @param wished is for texts that it has all letters of */
    private PDFont fontOf(PDFont wished, String text) throws IOException {
        if (LATIN.newEncoder().canEncode(text)) {
            return wished;
        }
        PDFont loaded = wide;
        if (loaded == null) {
            try (InputStream letters = PDDocument.class.getResourceAsStream(WIDE)) {
                loaded = PDType0Font.load(document, Objects.requireNonNull(letters, "the library has its font"));
            }
            wide = loaded;
        }
        return loaded;
    }

    /** Its letters from left to right, whichever way they are written: a page knows no other. */
    private static String asSeen(String text) {
        char[] letters = text.toCharArray();
        if (!Bidi.requiresBidi(letters, 0, letters.length)) {
            return text;
        }
        var directions = new Bidi(text, Bidi.DIRECTION_LEFT_TO_RIGHT);
        var runs = new String[directions.getRunCount()];
        var levels = new byte[runs.length];
        for (int i = 0; i < runs.length; i++) {
            String run = text.substring(directions.getRunStart(i), directions.getRunLimit(i));
            levels[i] = (byte) directions.getRunLevel(i);
            runs[i] =
                    levels[i] % 2 == 0 ? run : new StringBuilder(run).reverse().toString();
        }
        Bidi.reorderVisually(levels, 0, runs, 0, runs.length);
        return String.join("", runs);
    }

    /** With a question mark for each character that the font has not. */
    private static String printable(PDFont font, String text) {
        var printable = new StringBuilder();
        text.codePoints().forEach(point -> printable.append(has(font, point) ? Character.toString(point) : "?"));
        return printable.toString();
    }

    private static boolean has(PDFont font, int point) {
        if (!Character.isBmpCodePoint(point) || Character.isISOControl(point)) {
            return false;
        }
        try {
            return font.encode(Character.toString(point)).length > 0;
        } catch (IllegalArgumentException | IOException e) {
            // Its way to say that there is no such letter in it.
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        document.close();
    }
}
