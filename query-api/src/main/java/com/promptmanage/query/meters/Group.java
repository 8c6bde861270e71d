package com.promptmanage.query.meters;

/** What a meter of token usage can be grouped and filtered by, besides its subject. */
enum Group {
    MODEL("model", "model"),
    PROVIDER("provider", "provider"),
    WORKFLOW("workflow", "workflowId"),
    PROMPT("prompt", "promptId"),
    API_KEY("api_key", "apiKeyId"),
    EXECUTION_TYPE("execution_type", "executionType");

    private final String value;

    private final String member;

    Group(String value, String member) {
        this.value = value;
        this.member = member;
    }

    /** In requests and answers. */
    String value() {
        return value;
    }

    /** Of an event's data. */
    String member() {
        return member;
    }
}
