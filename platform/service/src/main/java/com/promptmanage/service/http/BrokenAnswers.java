package com.promptmanage.service.http;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Breaks off the answers that have begun and cannot be finished, when the web framework has done with them. It takes a request whose
 * connection is broken already for one that another thread goes on with, asks the server for that thread's part, and logs what the
 * server says to it as an error. No answer here is left to another thread.
 */
final class BrokenAnswers implements Filter {

    private static final String BROKEN = BrokenAnswers.class.getName();

    /** The rest of what would be written is still to be left out. */
    static void add(ServletRequest request) {
        request.setAttribute(BROKEN, true);
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain framework)
            throws IOException, ServletException {
        framework.doFilter(request, response);
        if (request.getAttribute(BROKEN) != null) {
            // The server's own sign for it.
            ((HttpServletResponse) response).sendError(-1);
        }
    }
}
