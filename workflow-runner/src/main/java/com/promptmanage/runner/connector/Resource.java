package com.promptmanage.runner.connector;

/** @param id by which it is asked for; {@code name} is for people */
public record Resource(String id, String name) {}
