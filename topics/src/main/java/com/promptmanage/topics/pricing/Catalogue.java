package com.promptmanage.topics.pricing;

import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.usage.TokenKind;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The list prices that the product comes with: {@code catalogue.csv} beside this class. */
public final class Catalogue {

    /** Since when every price of the file is taken to be in force; the file says why. */
    public static final Instant EFFECTIVE_FROM = Instant.parse("2023-01-01T00:00:00Z");

    private static final List<TokenKind> RATE_COLUMNS = List.of(
            TokenKind.INPUT,
            TokenKind.CACHE_READ,
            TokenKind.CACHE_WRITE_5M,
            TokenKind.CACHE_WRITE_1H,
            TokenKind.OUTPUT,
            TokenKind.REASONING,
            TokenKind.INPUT_AUDIO,
            TokenKind.OUTPUT_AUDIO,
            TokenKind.INPUT_IMAGE);

    private static final int FIRST_RATE = 7;

    private Catalogue() {}

    /** Every price of the catalogue, in the order of the file. */
    public static List<ModelPrice> prices() {
        var linesByModel = new LinkedHashMap<String, List<String[]>>();
        for (String line : lines()) {
            String[] columns = line.split(",", -1);
            if (columns.length != FIRST_RATE + RATE_COLUMNS.size()) {
                throw new IllegalStateException("catalogue.csv: %d columns in '%s'".formatted(columns.length, line));
            }
            linesByModel.computeIfAbsent(columns[1], model -> new ArrayList<>()).add(columns);
        }
        return linesByModel.values().stream().map(Catalogue::price).toList();
    }

    private static ModelPrice price(List<String[]> tiers) {
        String[] first = tiers.getFirst();
        return new ModelPrice(
                "list/" + first[1] + "/2023-01-01",
                first[0],
                first[1],
                first[2].isEmpty() ? List.of() : Arrays.asList(first[2].split("\\|", -1)),
                EFFECTIVE_FROM,
                first[3].isEmpty() ? null : Long.valueOf(first[3]),
                tiers.stream().map(Catalogue::tier).toList());
    }

    private static PriceTier tier(String[] columns) {
        Map<TokenKind, Long> rates = new EnumMap<>(TokenKind.class);
        for (int i = 0; i < RATE_COLUMNS.size(); i++) {
            String usd = columns[FIRST_RATE + i];
            if (!usd.isEmpty()) {
                rates.put(RATE_COLUMNS.get(i), NanoUsd.ofUsd(usd).value());
            }
        }
        return new PriceTier(
                columns[4],
                columns[5].isEmpty() ? Set.of() : Set.of(columns[5].split("\\|", -1)),
                columns[6].isEmpty() ? -1 : Long.parseLong(columns[6]),
                Rates.of(rates));
    }

    private static List<String> lines() {
        try (InputStream file = Catalogue.class.getResourceAsStream("catalogue.csv")) {
            if (file == null) {
                throw new IllegalStateException("catalogue.csv is not beside " + Catalogue.class.getName());
            }
            try (var lines = new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8))) {
                return lines.lines()
                        .filter(line -> !line.startsWith("#"))
                        .skip(1)
                        .toList();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
