package com.promptmanage.streams;

import static com.promptmanage.streams.AcmeUsage.ACME;
import static com.promptmanage.streams.AcmeUsage.NOW;
import static com.promptmanage.streams.AcmeUsage.price;
import static com.promptmanage.streams.AcmeUsage.usage;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.streams.read.Spend;
import com.promptmanage.streams.read.SpendEntry;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.pricing.ModelPrice;
import com.promptmanage.topics.pricing.PriceTier;
import com.promptmanage.topics.pricing.Rates;
import com.promptmanage.topics.settings.AccountSettings;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Usage that waits for its price: looked at a thousand at a time, each ten milliseconds. */
class HeldEventsTest {

    private static final Duration PAUSE = Duration.ofMillis(10);

    @AutoClose
    private final MeteringDriver metering = AcmeUsage.metering();

    private int events;

    /** The price that is there from the beginning wakes nobody any more. */
    @BeforeEach
    void nothingIsDue() {
        metering.advance(PAUSE);
    }

    @Test
    void whatBearsTheVeryNameThatHasANewPriceIsLookedAtFirst() {
        hold(2_500, "a-model");
        hold(1, "z-model");
        hold(1, "z-model-2026-01-31");
        metering.rated();

        metering.price(price("z-model", "2", "8"));
        metering.advance(PAUSE);

        assertThat(rerated()).containsExactlyInAnyOrder("z-model", "z-model-2026-01-31");
    }

    @Test
    void anOwnPriceIsTriedFirstOnItsNameToo() {
        hold(2_500, "a-model");
        hold(1, "z-model");
        metering.rated();

        settings(price("z-model", "2", "8"));
        metering.advance(PAUSE);

        assertThat(rerated()).containsExactly("z-model");
    }

    @Test
    void whatItsPriceDoesNotCoverHoldsUpNoOtherName() {
        hold(2_500, "b-model");
        hold(1, "z-model");
        metering.rated();

        metering.price(new ModelPrice(
                "of output only",
                "test",
                "b-model",
                List.of(),
                Instant.EPOCH,
                null,
                List.of(PriceTier.standard(Rates.of(Map.of(TokenKind.OUTPUT, 1L))))));
        metering.price(price("z-model", "2", "8"));
        // Of the one, of all in their turn, of the other.
        for (int i = 0; i < 3; i++) {
            metering.advance(PAUSE);
        }

        assertThat(rerated()).containsExactly("z-model");
    }

    /** The price goes by a name in other letters, so that nothing is looked at out of turn. */
    @Test
    void manyModelsWithAnEventEachTakeNoMoreTurnsThanOneModelWithAsMany() {
        for (int i = 100; i < 600; i++) {
            hold(1, "in-house-" + i);
        }
        metering.rated();

        metering.price(alsoCalled("IN-HOUSE-599"));
        metering.advance(PAUSE);

        assertThat(rerated()).containsExactly("in-house-599");
    }

    @Test
    void theLastOfManyEventsIsComeToThoughSomethingChangesAllTheTime() {
        hold(2_500, "a-model");
        hold(1, "z-model");
        metering.rated();
        metering.price(alsoCalled("Z-MODEL"));

        for (int i = 0; i < 10; i++) {
            settings(price("another", "1", "1"));
            metering.advance(PAUSE);
        }

        assertThat(rerated()).containsExactly("z-model");
    }

    @Test
    void whatTheRoundHasPassedWhenItsPriceComesIsComeToAgain() {
        hold(1, "a-model");
        hold(2_500, "b-model");
        metering.rated();
        metering.price(alsoCalled("another"));
        metering.advance(PAUSE);

        metering.price(alsoCalled("A-MODEL"));
        for (int i = 0; i < 10; i++) {
            metering.advance(PAUSE);
        }

        assertThat(rerated()).containsExactly("a-model");
    }

    /** The price is committed, and who took it dies before it has come to all that waited: nobody else is told of it. */
    @Test
    void whoTakesOverPricesWhatStillWaitsThoughItsPriceIsThere() {
        for (int i = 0; i < 1_500; i++) {
            metering.send(new UsageEvent("held-" + i, "test", NOW, usage("new-model", 1, 0)));
        }
        metering.price(price("new-model", "2", "8"));
        metering.advance(Duration.ofMillis(10));
        assertThat(spent().unpricedEvents()).isEqualTo(500);

        metering.restart();
        metering.advance(Duration.ofSeconds(1));
        metering.advance(Duration.ofSeconds(1));

        assertThat(spent().unpricedEvents()).isZero();
        assertThat(spent().costNanoUsd()).isEqualTo(1_500 * 2_000L);
    }

    @Test
    void manyHeldEventsArePricedInPortions() {
        for (int i = 0; i < 2_500; i++) {
            metering.send(new UsageEvent("held-" + i, "test", NOW, usage("new-model", 1, 0)));
        }
        metering.price(price("new-model", "2", "8"));
        for (int portion = 0; portion < 3; portion++) {
            metering.advance(Duration.ofSeconds(1));
        }

        assertThat(spent().costNanoUsd()).isEqualTo(2_500 * 2_000L);
        assertThat(spent().unpricedEvents()).isZero();
    }

    /** An earlier version may have counted what this one refuses. */
    @Test
    void whatWaitsAndCannotBeReadAnyMoreStaysUnpricedAndEndsNoThread() {
        metering.send(new UsageEvent("1", "test", NOW, usage("new-model", 1_000, 0)));
        byte[] begin = "hnew-model\0\0%s\0".formatted(ACME.value()).getBytes(UTF_8);
        metering.leave(
                ByteBuffer.allocate(begin.length + 2 * Long.BYTES)
                        .put(begin)
                        .putLong(99)
                        .putLong(NOW.toEpochMilli())
                        .array(),
                "{}".getBytes(UTF_8));
        metering.restart();

        metering.price(price("new-model", "2", "8"));
        metering.advance(Duration.ofSeconds(1));

        assertThat(metering.counts().abandoned.sum()).isOne();
        assertThat(spent().unpricedEvents()).isZero();
        assertThat(spent().costNanoUsd()).isEqualTo(2_000_000);
    }

    /** In the rows of a tag that is looked by since then it is not, so nothing of it is to be taken off there. */
    @Test
    void aPriceCountsByTheTagsThatItsEventWasCountedBy() {
        seenBy("project");
        metering.send(tagged());
        seenBy("stage");

        metering.price(price("new-model", "2", "8"));
        metering.advance(Duration.ofSeconds(1));

        assertThat(AcmeUsage.spend(metering, Dimension.ofTag("project")))
                .extracting(SpendEntry::value, SpendEntry::spend)
                .containsExactly(tuple("lighthouse", new Spend(1, 0, 2_000_000, TokenCounts.ofInputOutput(1_000, 0))));
        assertThat(AcmeUsage.spend(metering, Dimension.ofTag("stage"))).isEmpty();
    }

    /** An earlier version has left the record alone. */
    @Test
    void whatDoesNotTellItsTagsIsPricedByThoseOfToday() {
        seenBy("project");
        long offset = metering.send(tagged());
        metering.restart();
        byte[] begin = "hnew-model\0\0%s\0".formatted(ACME.value()).getBytes(UTF_8);
        metering.leave(
                ByteBuffer.allocate(begin.length + 2 * Long.BYTES)
                        .put(begin)
                        .putLong(offset)
                        .putLong(metering.now().toEpochMilli())
                        .array(),
                UsageEventCodec.write(tagged()));
        metering.restart();

        metering.price(price("new-model", "2", "8"));
        metering.advance(Duration.ofSeconds(1));

        assertThat(metering.counts().rerated.sum()).isOne();
        assertThat(AcmeUsage.spend(metering, Dimension.ofTag("project")))
                .extracting(SpendEntry::value, SpendEntry::spend)
                .containsExactly(tuple("lighthouse", new Spend(1, 0, 2_000_000, TokenCounts.ofInputOutput(1_000, 0))));
    }

    /** By its id whoever has had a record passes over a repeat; of several with one id it would lose all but the first. */
    @Test
    void eachRecordOfRatedEventsHasAnIdOfItsOwn() {
        for (int i = 0; i < 2_500; i++) {
            metering.send(new UsageEvent("held-" + i, "test", NOW, usage("new-model", 1, 0)));
        }
        var ids = new ArrayList<String>(metering.ratedIds());
        metering.price(price("new-model", "2", "8"));
        metering.advance(Duration.ofMillis(10));
        ids.addAll(metering.ratedIds());
        assertThat(spent().unpricedEvents()).as("one portion").isEqualTo(1_500);

        // No event comes between their commits, and not even one in the life of who takes over.
        metering.advance(Duration.ofMillis(10));
        ids.addAll(metering.ratedIds());
        metering.restart();
        metering.advance(Duration.ofSeconds(1));
        metering.advance(Duration.ofSeconds(1));
        ids.addAll(metering.ratedIds());

        assertThat(spent().unpricedEvents()).isZero();
        assertThat(ids).hasSizeGreaterThan(2_502).doesNotHaveDuplicates();
    }

    private void hold(int count, String model) {
        for (int i = 0; i < count; i++) {
            metering.send(new UsageEvent("of-any-" + events++, "test", NOW, usage(model, 1, 0)));
        }
    }

    private void settings(ModelPrice own) {
        metering.settings(new AccountSettings(ACME, ZoneOffset.UTC, List.of(), Set.of(), List.of(own)));
    }

    private void seenBy(String tag) {
        metering.settings(new AccountSettings(ACME, ZoneOffset.UTC, List.of(tag), Set.of(), List.of()));
    }

    private static UsageEvent tagged() {
        return new UsageEvent(
                "tagged",
                "test",
                NOW,
                usage("new-model", 1_000, 0).toBuilder()
                        .tags(Map.of("project", "lighthouse", "stage", "test"))
                        .build());
    }

    private static ModelPrice alsoCalled(String alias) {
        ModelPrice price = price("listed", "2", "8");
        return new ModelPrice(
                price.id(), price.provider(), price.model(), List.of(alias), Instant.EPOCH, null, price.tiers());
    }

    /** The models, as their events spell them, that were priced since the last look. */
    private List<String> rerated() {
        var models = new ArrayList<String>();
        for (JsonNode rated : metering.rated()) {
            assertThat(rated.path("status").asText()).isEqualTo("rerated");
            models.add(rated.path("data").path("model").asText());
        }
        return models;
    }

    private Spend spent() {
        return AcmeUsage.total(metering);
    }
}
