package com.promptmanage.query.export;

import com.promptmanage.query.history.UsageEntry;
import java.io.IOException;

/** A file that is being written. Without its end it is not whole, and does not look so. */
interface ExportFile {

    void write(UsageEntry entry) throws IOException;

    void end() throws IOException;
}
