package com.promptmanage.service.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * One thing wrong with a request.
 *
 * @param field where: a JSON path without the leading dollar, or the name of a parameter or header
 * @param index which element, if the request is a list
 * @param detail what is wrong, with the value that is
 * @param remedy what to send instead
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Fault(String field, @Nullable Integer index, String detail, String remedy) {

    public Fault(String field, String detail, String remedy) {
        this(field, null, detail, remedy);
    }
}
