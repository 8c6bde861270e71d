package com.promptmanage.runner.model;

import com.promptmanage.runner.call.CallResult;
import com.promptmanage.runner.call.CallWatcher;
import java.time.Duration;

/** Someone who answers prompts. Safe for use by several threads. */
public interface LanguageModel {

    /** As it stands on events of usage, for example {@code openai}. */
    String provider();

    /** Where it is asked: another place may have another model of the same name. Empty if nobody outside is. */
    String place();

    /**
     * Asks once, without retries. An {@link CallResult.Answered answer} holds a {@link ModelAnswer} and always what was used.
     *
     * @param timeout for all of it
     * @throws InterruptedException if the thread was interrupted; the connection is closed then
     */
    CallResult ask(ModelRequest request, Duration timeout, CallWatcher watcher) throws InterruptedException;
}
