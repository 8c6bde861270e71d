package com.promptmanage.ingest.normalize;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UsageShapesTest {

    /** Numbers are read as they are of what is sent. */
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private final List<String> faults = new ArrayList<>();

    // Quotes are left out of the JSON here; the expected counts stand in the order of their kinds.
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # own form
            disjoint                              | {tokens:{input:1,cacheRead:2,cacheWrite5m:3,cacheWrite1h:4,inputAudio:5,inputImage:6,output:7,reasoning:8,outputAudio:9,outputImage:10}} | input=1, cacheRead=2, cacheWrite5m=3, cacheWrite1h=4, inputAudio=5, inputImage=6, output=7, reasoning=8, outputAudio=9, outputImage=10 | DISJOINT | DISJOINT
            flat                                  | {inputTokens:100,outputTokens:50}                                              | input=100, output=50                          | FLAT | INCLUSIVE
            flat with parts                       | {inputTokens:100,outputTokens:50,cachedInputTokens:30,reasoningTokens:20}      | input=70, cacheRead=30, output=30, reasoning=20 | FLAT | INCLUSIVE
            flat, all cached                      | {inputTokens:100,outputTokens:50,cachedInputTokens:100}                        | cacheRead=100, output=50                      | FLAT | INCLUSIVE
            flat, more cached than sent           | {inputTokens:10,outputTokens:50,cachedInputTokens:30}                          | input=10, cacheRead=30, output=50             | FLAT | EXCLUSIVE
            flat, more reasoning than output      | {inputTokens:10,outputTokens:5,reasoningTokens:20}                             | input=10, output=5, reasoning=20              | FLAT | INCLUSIVE
            # OpenAI
            chat                                  | {usage:{prompt_tokens:2006,completion_tokens:300,total_tokens:2306,prompt_tokens_details:{cached_tokens:1920,audio_tokens:0},completion_tokens_details:{reasoning_tokens:128,audio_tokens:0,accepted_prediction_tokens:0,rejected_prediction_tokens:0}}} | input=86, cacheRead=1920, output=172, reasoning=128 | OPENAI_CHAT | INCLUSIVE
            chat with audio                       | {usage:{prompt_tokens:100,completion_tokens:80,prompt_tokens_details:{cached_tokens:0,audio_tokens:60},completion_tokens_details:{reasoning_tokens:0,audio_tokens:50}}} | input=40, inputAudio=60, output=30, outputAudio=50 | OPENAI_CHAT | INCLUSIVE
            embeddings                            | {usage:{prompt_tokens:8,total_tokens:8}}                                       | input=8                                       | OPENAI_CHAT | INCLUSIVE
            chat, details null                    | {usage:{prompt_tokens:8,completion_tokens:4,prompt_tokens_details:null}}       | input=8, output=4                             | OPENAI_CHAT | INCLUSIVE
            reasoning added to the sum            | {usage:{prompt_tokens:32,completion_tokens:9,total_tokens:135,completion_tokens_details:{reasoning_tokens:94}}} | input=32, output=9, reasoning=94 | OPENAI_CHAT | INCLUSIVE
            less reasoning, added to the sum      | {usage:{prompt_tokens:32,completion_tokens:90,total_tokens:132,completion_tokens_details:{reasoning_tokens:10}}} | input=32, output=90, reasoning=10 | OPENAI_CHAT | INCLUSIVE
            DeepSeek                              | {usage:{prompt_tokens:100,completion_tokens:7,prompt_cache_hit_tokens:64,prompt_cache_miss_tokens:36}} | input=36, cacheRead=64, output=7 | OPENAI_CHAT | INCLUSIVE
            responses                             | {usage:{input_tokens:328,input_tokens_details:{cached_tokens:128},output_tokens:52,output_tokens_details:{reasoning_tokens:32},total_tokens:380}} | input=200, cacheRead=128, output=20, reasoning=32 | OPENAI_RESPONSES | INCLUSIVE
            realtime, audio partly cached         | {usage:{input_tokens:114,output_tokens:194,input_token_details:{text_tokens:78,audio_tokens:36,cached_tokens:64,cached_tokens_details:{text_tokens:48,audio_tokens:16}},output_token_details:{text_tokens:42,audio_tokens:152}}} | input=30, cacheRead=64, inputAudio=20, output=42, outputAudio=152 | OPENAI_RESPONSES | INCLUSIVE
            images                                | {usage:{input_tokens:50,output_tokens:1056,total_tokens:1106,input_tokens_details:{text_tokens:10,image_tokens:40},output_tokens_details:{image_tokens:1056}}} | input=10, inputImage=40, outputImage=1056 | OPENAI_RESPONSES | INCLUSIVE
            LangChain                             | {usage_metadata:{input_tokens:350,output_tokens:240,total_tokens:590,input_token_details:{audio:10,cache_creation:200,cache_read:100},output_token_details:{audio:10,reasoning:200}}} | input=40, cacheRead=100, cacheWrite5m=200, inputAudio=10, output=30, reasoning=200, outputAudio=10 | OPENAI_RESPONSES | INCLUSIVE
            nothing used                          | {usage:{prompt_tokens:0,completion_tokens:0,total_tokens:0}}                  |                                               | OPENAI_CHAT | INCLUSIVE
            a zero that is told                   | {usage:{prompt_tokens:10,completion_tokens:1,prompt_tokens_details:{cached_tokens:0},cache_read_input_tokens:4}} | input=10, output=1 | OPENAI_CHAT | INCLUSIVE
            # Anthropic: never subtracted
            Anthropic                             | {usage:{input_tokens:21,cache_creation_input_tokens:188086,cache_read_input_tokens:0,output_tokens:393}} | input=21, cacheWrite5m=188086, output=393 | ANTHROPIC | EXCLUSIVE
            Anthropic, little cached              | {usage:{input_tokens:1000,cache_read_input_tokens:100,output_tokens:5}}        | input=1000, cacheRead=100, output=5           | ANTHROPIC | EXCLUSIVE
            Anthropic, lives told                 | {usage:{input_tokens:9,cache_read_input_tokens:7,cache_creation_input_tokens:10,cache_creation:{ephemeral_5m_input_tokens:4,ephemeral_1h_input_tokens:6},output_tokens:5}} | input=9, cacheRead=7, cacheWrite5m=4, cacheWrite1h=6, output=5 | ANTHROPIC | EXCLUSIVE
            Anthropic, lives partly told          | {usage:{input_tokens:9,cache_creation_input_tokens:10,cache_creation:{ephemeral_1h_input_tokens:6},output_tokens:5}} | input=9, cacheWrite5m=4, cacheWrite1h=6, output=5 | ANTHROPIC | EXCLUSIVE
            Anthropic, thoughts told              | {usage:{input_tokens:9,cache_read_input_tokens:7,output_tokens:50,output_tokens_details:{thinking_tokens:30}}} | input=9, cacheRead=7, output=20, reasoning=30 | ANTHROPIC | EXCLUSIVE
            Anthropic, after a compaction         | {usage:{input_tokens:45,cache_read_input_tokens:7,output_tokens:12,iterations:[{type:compaction,input_tokens:180,output_tokens:35},{type:message,input_tokens:45,output_tokens:12},{type:advisor_message,input_tokens:3,output_tokens:4}]}} | input=225, cacheRead=7, output=47 | ANTHROPIC | EXCLUSIVE
            Anthropic, compactions beyond counts  | {usage:{input_tokens:45,output_tokens:12,iterations:[{type:compaction,input_tokens:1000000000000,output_tokens:1},{type:compaction,input_tokens:1000000000000,output_tokens:1}]}} | input=1000000000000, output=14 | ANTHROPIC | EXCLUSIVE
            Bedrock                               | {usage:{inputTokens:9,outputTokens:5,totalTokens:21,cacheReadInputTokens:3,cacheWriteInputTokens:4}} | input=9, cacheRead=3, cacheWrite5m=4, output=5 | BEDROCK | EXCLUSIVE
            Bedrock, lives told                   | {usage:{inputTokens:9,outputTokens:5,cacheReadInputTokens:3,cacheWriteInputTokens:4,cacheDetails:[{inputTokens:1,ttl:'5m'},{inputTokens:3,ttl:'1h'}]}} | input=9, cacheRead=3, cacheWrite5m=1, cacheWrite1h=3, output=5 | BEDROCK | EXCLUSIVE
            Bedrock, more lives than was written  | {usage:{inputTokens:9,outputTokens:5,cacheWriteInputTokens:4,cacheDetails:[{inputTokens:3,ttl:'1h'},{inputTokens:3,ttl:'1h'}]}} | input=9, cacheWrite1h=4, output=5 | BEDROCK | EXCLUSIVE
            # Gemini: thoughts beside the candidates, the cached within the prompt
            Gemini                                | {usageMetadata:{promptTokenCount:1000,cachedContentTokenCount:400,candidatesTokenCount:50,thoughtsTokenCount:200,toolUsePromptTokenCount:30,totalTokenCount:1280}} | input=630, cacheRead=400, output=50, reasoning=200 | GEMINI | INCLUSIVE
            Gemini with forms                     | {usageMetadata:{promptTokenCount:1000,cachedContentTokenCount:100,candidatesTokenCount:1290,promptTokensDetails:[{modality:TEXT,tokenCount:500},{modality:AUDIO,tokenCount:300},{modality:IMAGE,tokenCount:200}],cacheTokensDetails:[{modality:AUDIO,tokenCount:100}],candidatesTokensDetails:[{modality:IMAGE,tokenCount:1290}]}} | input=500, cacheRead=100, inputAudio=200, inputImage=200, outputImage=1290 | GEMINI | INCLUSIVE
            Gemini from Python                    | {usage_metadata:{prompt_token_count:10,candidates_token_count:4,cached_content_token_count:null,thoughts_token_count:3}} | input=10, output=4, reasoning=3 | GEMINI | INCLUSIVE
            # LiteLLM: the sum 66360 + 32435 + 10 of its issue 11364
            LiteLLM                               | {prompt_tokens:98805,completion_tokens:7,total_tokens:98812,metadata:{usage_object:{prompt_tokens_details:{cached_tokens:66360,cache_creation_tokens:32435}}}} | input=10, cacheRead=66360, cacheWrite5m=32435, output=7 | LITELLM | INCLUSIVE
            LiteLLM, short                        | {cost:0.1,prompt_tokens:12,completion_tokens:8,total_tokens:20}                | input=12, output=8                            | LITELLM | INCLUSIVE
            LiteLLM, Anthropic's names            | {prompt_tokens:98805,completion_tokens:7,metadata:{usage_object:{cache_read_input_tokens:66360,cache_creation_input_tokens:32435}}} | input=10, cacheRead=66360, cacheWrite5m=32435, output=7 | LITELLM | INCLUSIVE
            LiteLLM, lives told                   | {prompt_tokens:130,completion_tokens:25,metadata:{usage_object:{prompt_tokens_details:{cached_tokens:20,cache_creation_tokens:10,cache_creation_token_details:{ephemeral_5m_input_tokens:7,ephemeral_1h_input_tokens:3}}}}} | input=100, cacheRead=20, cacheWrite5m=7, cacheWrite1h=3, output=25 | LITELLM | INCLUSIVE
            LiteLLM, details of a response        | {prompt_tokens:328,completion_tokens:52,total_tokens:380,metadata:{usage_object:{input_tokens:328,input_tokens_details:{cached_tokens:128},output_tokens:52,output_tokens_details:{reasoning_tokens:32},total_tokens:380}}} | input=200, cacheRead=128, output=20, reasoning=32 | LITELLM | INCLUSIVE
            LiteLLM, an hour told beside the sum  | {prompt_tokens:130,completion_tokens:25,metadata:{usage_object:{cache_creation_input_tokens:10,cache_creation:{ephemeral_1h_input_tokens:3}}}} | input=120, cacheWrite5m=7, cacheWrite1h=3, output=25 | LITELLM | INCLUSIVE
            LiteLLM, its answer                   | {usage:{prompt_tokens:130,completion_tokens:25,prompt_tokens_details:{cache_creation_tokens:10,cache_creation_token_details:{ephemeral_1h_input_tokens:10}}}} | input=120, cacheWrite1h=10, output=25 | OPENAI_CHAT | INCLUSIVE
            LangChain, lives told                 | {usage_metadata:{input_tokens:50,output_tokens:4,input_token_details:{cache_read:5,cache_creation:0,ephemeral_5m_input_tokens:6,ephemeral_1h_input_tokens:9}}} | input=30, cacheRead=5, cacheWrite5m=6, cacheWrite1h=9, output=4 | OPENAI_RESPONSES | INCLUSIVE
            # Vercel
            Vercel 4                              | {usage:{promptTokens:12,completionTokens:8,totalTokens:20}}                    | input=12, output=8                            | VERCEL | INCLUSIVE
            Vercel 5                              | {usage:{inputTokens:120,outputTokens:80,totalTokens:200,reasoningTokens:60,cachedInputTokens:100}} | input=20, cacheRead=100, output=20, reasoning=60 | VERCEL | INCLUSIVE
            Vercel 6                              | {usage:{inputTokens:120,inputTokenDetails:{noCacheTokens:15,cacheReadTokens:100,cacheWriteTokens:5},outputTokens:80,outputTokenDetails:{textTokens:20,reasoningTokens:60},totalTokens:200}} | input=15, cacheRead=100, cacheWrite5m=5, output=20, reasoning=60 | VERCEL | INCLUSIVE
            Vercel 6, nothing known of the cache  | {usage:{inputTokens:120,inputTokenDetails:{noCacheTokens:null,cacheReadTokens:null},outputTokens:80,reasoningTokens:null}} | input=120, output=80 | VERCEL | INCLUSIVE
            Vercel 5, of Anthropic                | {provider:anthropic,usage:{inputTokens:120,outputTokens:80,totalTokens:200,cachedInputTokens:100}} | input=120, cacheRead=100, output=80 | VERCEL | EXCLUSIVE
            Vercel 6, of Anthropic                | {provider:anthropic,usage:{inputTokens:120,inputTokenDetails:{noCacheTokens:15,cacheReadTokens:100,cacheWriteTokens:5},outputTokens:80,totalTokens:200}} | input=15, cacheRead=100, cacheWrite5m=5, output=80 | VERCEL | INCLUSIVE
            # whole numbers, as some write all of theirs
            disjoint, written otherwise           | {tokens:{input:1.0,output:1e3,cacheRead:2E1,reasoning:1.20e2}}                 | input=1, cacheRead=20, output=1000, reasoning=120 | DISJOINT | DISJOINT
            flat, written otherwise               | {inputTokens:100.0,outputTokens:5e1,cachedInputTokens:0.0}                     | input=100, output=50                          | FLAT | INCLUSIVE
            chat, written otherwise               | {usage:{prompt_tokens:100.0,completion_tokens:5e1,total_tokens:1.5E2,prompt_tokens_details:{cached_tokens:4.0e1}}} | input=60, cacheRead=40, output=50 | OPENAI_CHAT | INCLUSIVE
            LiteLLM, written otherwise            | {prompt_tokens:12.0,completion_tokens:8.0,total_tokens:20.0}                   | input=12, output=8                            | LITELLM | INCLUSIVE
            Bedrock, written otherwise            | {usage:{inputTokens:9.0,outputTokens:5.0,cacheReadInputTokens:3.0,cacheWriteInputTokens:4.0,cacheDetails:[{inputTokens:3.0,ttl:'1h'}]}} | input=9, cacheRead=3, cacheWrite5m=1, cacheWrite1h=3, output=5 | BEDROCK | EXCLUSIVE
            OpenMeter, written otherwise          | {tokens:1.0e1}                                                                 | input=10                                      | OPENMETER | DISJOINT
            # OpenMeter
            OpenMeter                             | {tokens:10}                                                                    | input=10                                      | OPENMETER | DISJOINT
            OpenMeter input                       | {tokens:10,type:input}                                                         | input=10                                      | OPENMETER | DISJOINT
            OpenMeter output as text              | {tokens:'13',type:output}                                                      | output=13                                     | OPENMETER | DISJOINT
            """)
    void countsOfEveryConventionBecomeDisjoint(
            String name, String data, @Nullable String counts, UsageShape shape, Convention convention)
            throws Exception {
        Optional<NormalizedTokens> read = read(data);

        assertThat(faults).isEmpty();
        assertThat(read).isPresent();
        assertThat(read.get().counts()).hasToString("TokenCounts[" + (counts == null ? "" : counts) + "]");
        assertThat(read.get().shape()).isEqualTo(shape);
        assertThat(read.get().convention()).isEqualTo(convention);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {}
            {usage:{}}
            {usage:{total_tokens:12}}
            {usage:7}
            {tokens:ten}
            {tokens:10,type:duration}
            {tokens:true}
            {tokens:{words:3}}
            {pages:3}
            """)
    void whatIsNoShapeIsAPlainEvent(String data) throws Exception {
        assertThat(read(data)).isEmpty();
        assertThat(faults).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {usage:{prompt_tokens:-1,completion_tokens:1.5}}                       | data.usage.prompt_tokens, data.usage.completion_tokens
            {usage:{input_tokens:'100',output_tokens:1000000000001}}               | data.usage.input_tokens, data.usage.output_tokens
            {tokens:{input:1,outputs:2,output:1.5}}                                | data.tokens.outputs, data.tokens.output
            {usage:{prompt_tokens:1,prompt_tokens_details:{cached_tokens:true}}}   | data.usage.prompt_tokens_details.cached_tokens
            {usageMetadata:{promptTokenCount:99999999999999999999}}                | data.usageMetadata.promptTokenCount
            {usageMetadata:{promptTokenCount:1000000000000,toolUsePromptTokenCount:1}} | data.usageMetadata.toolUsePromptTokenCount
            {tokens:1.5}                                                           | data.tokens
            {usage:{prompt_tokens:100.5,completion_tokens:-1.0}}                   | data.usage.prompt_tokens, data.usage.completion_tokens
            {tokens:{input:1e999999999,output:1E-999999999}}                       | data.tokens.input, data.tokens.output
            {usage:{input_tokens:1000000000000.5,output_tokens:1e13}}              | data.usage.input_tokens, data.usage.output_tokens
            {usage:{input_tokens:'1e2',output_tokens:1e12}}                        | data.usage.input_tokens
            """)
    void whatIsNoCountIsNamed(String data, String fields) throws Exception {
        read(data);

        assertThat(faults).containsExactlyInAnyOrder(fields.split(", "));
    }

    @Test
    void theSumOfInclusiveCountsIsTheProducersSum() throws Exception {
        var random = RandomGenerator.of("L64X128MixRandom");
        for (int i = 0; i < 20_000; i++) {
            long input = random.nextLong(1000);
            long output = random.nextLong(1000);
            long cached = random.nextLong(input + 1);
            long audio = random.nextLong(1000);
            long reasoning = random.nextLong(output + 1);
            String data =
                    "{usage:{prompt_tokens:%d,completion_tokens:%d,total_tokens:%d,prompt_tokens_details:{cached_tokens:%d,audio_tokens:%d},completion_tokens_details:{reasoning_tokens:%d,audio_tokens:%d}}}"
                            .formatted(
                                    input,
                                    output,
                                    input + output,
                                    cached,
                                    Math.min(audio, input),
                                    reasoning,
                                    Math.min(audio, output));

            TokenCounts counts = read(data).orElseThrow().counts();

            assertThat(counts.total()).as(data).isEqualTo(input + output);
            assertThat(counts.totalInput()).as(data).isEqualTo(input);
            assertThat(counts.get(TokenKind.CACHE_READ)).as(data).isEqualTo(cached);
        }
    }

    /** Names and words without quotes are easier to read in a table. */
    private Optional<NormalizedTokens> read(String unquoted) throws Exception {
        String json = unquoted.replaceAll("'?\\b(?!(?:true|null)\\b)([a-zA-Z_][a-zA-Z0-9_]*)\\b'?", "\"$1\"")
                .replaceAll("'(\\d\\w*)'", "\"$1\"")
                .replaceAll("(\\d)\"e(\\d+)\"", "$1e$2");
        return UsageShapes.read(JSON.readTree(json), "data.", (field, detail, remedy) -> faults.add(field));
    }
}
