package com.promptmanage.ingest.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.service.http.ProblemException;
import java.util.ArrayList;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RequestMemoryTest {

    private static final long MIB = 1 << 20;

    @Test
    void whatDoesNotFitIsRefusedAndWhatIsGivenBackCanBeTakenAgain() {
        var memory = new RequestMemory(8 * MIB);
        RequestMemory.Share first = memory.share();
        RequestMemory.Share second = memory.share();
        first.hold(4 * MIB);

        assertThatThrownBy(() -> second.hold(4 * MIB)).isInstanceOfSatisfying(ProblemException.class, refused -> {
            assertThat(refused.problem().status()).isEqualTo(503);
            assertThat(refused.headers()).containsKey("Retry-After");
        });
        first.hold(MIB);
        second.hold(4 * MIB);

        assertThat(memory.bytesHeld()).isEqualTo(5 * MIB);
        first.close();
        second.close();
        assertThat(memory.bytesHeld()).isZero();
    }

    @Test
    void largeRequestsLeaveRoomForSmallOnes() {
        var memory = new RequestMemory(8 * MIB);
        memory.share().hold(7 * MIB);

        assertThatThrownBy(() -> memory.share().hold(256 << 10)).isInstanceOf(ProblemException.class);
        for (int i = 0; i < 8; i++) {
            memory.share().hold(128 << 10);
        }
        assertThatThrownBy(() -> memory.share().hold(1)).isInstanceOf(ProblemException.class);
    }

    /** Together they want many times as much as there is, each bit by bit: some get all they want, nobody hangs. */
    @Test
    void requestsThatGrowTogetherDoNotHoldEachOtherUp() throws Exception {
        var memory = new RequestMemory(8 * MIB);
        var done = new AtomicInteger();
        var refused = new AtomicInteger();
        var running = new ArrayList<Future<?>>();
        try (ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 200; i++) {
                var random = new SplittableRandom(i);
                running.add(requests.submit(() -> {
                    try (var share = memory.share()) {
                        for (long held = 0; held < 2 * MIB; held += 64 << 10) {
                            share.hold(held);
                            assertThat(memory.bytesHeld()).isLessThanOrEqualTo(8 * MIB);
                            if (random.nextInt(8) == 0) {
                                Thread.sleep(1);
                            }
                        }
                        done.incrementAndGet();
                    } catch (ProblemException e) {
                        refused.incrementAndGet();
                    }
                    return null;
                }));
            }
        }
        for (Future<?> one : running) {
            one.get();
        }

        assertThat(done.get() + refused.get()).isEqualTo(200);
        assertThat(done).hasPositiveValue();
        assertThat(memory.bytesHeld()).isZero();
    }
}
