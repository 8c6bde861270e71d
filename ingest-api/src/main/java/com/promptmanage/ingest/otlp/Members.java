package com.promptmanage.ingest.otlp;

import com.promptmanage.topics.account.Account;
import java.util.Map;

/** Who is in an account, by the address that they sign in with. */
interface Members {

    /** Their user ids by address, which is in lower case. Empty if it has none, or none is known. */
    Map<String, String> of(Account account);
}
