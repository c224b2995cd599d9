using System.Text.Json.Nodes;

namespace MlxActors.Web.Tests.OpenAi;

/// <summary>
/// The names in OpenAI's API as its clients have it (openai-node 6.49.0): the fields of requests, each with a value that the API takes and
/// what becomes of it here, and the fields that clients' types promise of answers.
/// </summary>
internal static class CurrentApi
{
    public const string Done = "done";
    public const string Accepted = "accepted";
    public const string Refused = "refused";

    private const string Tools = """[{"type":"function","function":{"name":"now","parameters":{"type":"object","properties":{}}}}]""";

    public static (string Name, string Value, string What)[] Chat { get; } =
    [
        ("messages", """[{"role":"user","content":"Hi"}]""", Done), ("model", "\"demo\"", Done),
        ("audio", """{"format":"mp3","voice":"ash"}""", Refused),
        ("frequency_penalty", "0.5", Done), ("function_call", "\"auto\"", Refused), ("functions", """[{"name":"now"}]""", Refused),
        ("logit_bias", """{"7":-1}""", Done), ("logprobs", "true", Done), ("max_completion_tokens", "1", Done), ("max_tokens", "1", Done),
        ("metadata", """{"a":"b"}""", Accepted), ("modalities", """["text","audio"]""", Refused),
        ("moderation", """{"model":"omni"}""", Refused),
        ("n", "2", Done), ("parallel_tool_calls", "false", Done), ("prediction", """{"type":"content","content":"Hi"}""", Accepted),
        ("presence_penalty", "0.5", Done), ("prompt_cache_key", "\"k\"", Accepted),
        ("prompt_cache_options", """{"mode":"implicit"}""", Accepted),
        ("prompt_cache_retention", "\"24h\"", Accepted), ("reasoning_effort", "\"high\"", Refused),
        ("response_format", """{"type":"text"}""", Done),
        ("safety_identifier", "\"s\"", Accepted), ("seed", "3", Done), ("service_tier", "\"auto\"", Accepted), ("stop", """["x"]""", Done),
        ("store", "true", Accepted), ("stream", "true", Done), ("stream_options", """{"include_usage":true}""", Done),
        ("temperature", "0.5", Done),
        ("tool_choice", "\"none\"", Done), ("tools", Tools, Done), ("top_logprobs", "2", Done), ("top_p", "0.5", Done),
        ("user", "\"u\"", Accepted),
        ("verbosity", "\"low\"", Refused), ("web_search_options", "{}", Refused),
    ];

    public static (string Name, string Value, string What)[] Completion { get; } =
    [
        ("model", "\"demo\"", Done), ("prompt", "\"Hi\"", Done), ("best_of", "2", Refused), ("echo", "true", Done),
        ("frequency_penalty", "0.5", Done),
        ("logit_bias", """{"7":-1}""", Done), ("logprobs", "2", Done), ("max_tokens", "1", Done), ("n", "2", Done),
        ("presence_penalty", "0.5", Done),
        ("seed", "3", Done), ("stop", "\"x\"", Done), ("stream", "true", Done), ("stream_options", """{"include_usage":true}""", Done),
        ("suffix", "\"end\"", Refused), ("temperature", "0.5", Done), ("top_p", "0.5", Done), ("user", "\"u\"", Accepted),
    ];

    public static (string Name, string Value, string What)[] Response { get; } =
    [
        ("background", "true", Refused), ("context_management", """[{"type":"compaction"}]""", Refused),
        ("conversation", "\"conv_1\"", Refused),
        ("include", """["message.output_text.logprobs"]""", Done), ("input", "\"Hi\"", Done), ("instructions", "\"Be brief.\"", Done),
        ("max_output_tokens", "2", Done), ("metadata", """{"a":"b"}""", Accepted), ("model", "\"demo\"", Done),
        ("moderation", """{"model":"omni"}""", Refused), ("parallel_tool_calls", "false", Done),
        ("previous_response_id", "\"resp_none\"", Done),
        ("prompt", """{"id":"p"}""", Refused), ("prompt_cache_key", "\"k\"", Accepted),
        ("prompt_cache_options", """{"mode":"implicit"}""", Accepted),
        ("prompt_cache_retention", "\"24h\"", Accepted), ("reasoning", """{"effort":"high"}""", Refused),
        ("safety_identifier", "\"s\"", Accepted),
        ("service_tier", "\"auto\"", Accepted), ("store", "false", Done), ("stream", "true", Done),
        ("stream_options", """{"include_obfuscation":false}""", Accepted), ("temperature", "0.5", Done),
        ("text", """{"format":{"type":"text"}}""", Done),
        ("tool_choice", "\"none\"", Done),
        ("tools", """[{"type":"function","name":"now","parameters":{"type":"object","properties":{}}}]""", Done),
        ("top_logprobs", "2", Done), ("top_p", "0.5", Done), ("truncation", "\"auto\"", Refused), ("user", "\"u\"", Accepted),
    ];

    /// <summary>The fields without which clients' types take no such object; of responses and their parts by their type.</summary>
    public static Dictionary<string, string[]> Promised { get; } = new()
    {
        ["chat.completion"] = ["id", "choices", "created", "model", "object"],
        ["chat.completion choice"] = ["finish_reason", "index", "logprobs", "message"],
        ["chat.completion message"] = ["content", "refusal", "role"],
        ["chat.completion.chunk"] = ["id", "choices", "created", "model", "object"],
        ["chat.completion.chunk choice"] = ["delta", "finish_reason", "index"],
        ["logprobs"] = ["content", "refusal"],
        ["token logprob"] = ["token", "bytes", "logprob", "top_logprobs"],
        ["tool call"] = ["id", "function", "type"],
        ["tool call function"] = ["arguments", "name"],
        ["usage"] = ["completion_tokens", "prompt_tokens", "total_tokens"],
        ["text_completion"] = ["id", "choices", "created", "model", "object"],
        ["text_completion choice"] = ["finish_reason", "index", "logprobs", "text"],
        ["response"] =
        [
            "id", "created_at", "error", "incomplete_details", "instructions", "metadata", "model", "object", "output", "parallel_tool_calls",
            "temperature", "tool_choice", "tools", "top_p",
        ],
        ["response usage"] = ["input_tokens", "input_tokens_details", "output_tokens", "output_tokens_details", "total_tokens"],
        ["input_tokens_details"] = ["cached_tokens", "cache_write_tokens"],
        ["output_tokens_details"] = ["reasoning_tokens"],
        ["message"] = ["id", "content", "role", "status", "type"],
        ["output_text"] = ["annotations", "text", "type"],
        ["function_call"] = ["arguments", "call_id", "name", "type"],
        ["response.created"] = ["response", "sequence_number", "type"],
        ["response.in_progress"] = ["response", "sequence_number", "type"],
        ["response.completed"] = ["response", "sequence_number", "type"],
        ["response.incomplete"] = ["response", "sequence_number", "type"],
        ["response.output_item.added"] = ["item", "output_index", "sequence_number", "type"],
        ["response.output_item.done"] = ["item", "output_index", "sequence_number", "type"],
        ["response.content_part.added"] = ["content_index", "item_id", "output_index", "part", "sequence_number", "type"],
        ["response.content_part.done"] = ["content_index", "item_id", "output_index", "part", "sequence_number", "type"],
        ["response.output_text.delta"] = ["content_index", "delta", "item_id", "logprobs", "output_index", "sequence_number", "type"],
        ["response.output_text.done"] = ["content_index", "item_id", "logprobs", "output_index", "sequence_number", "text", "type"],
        ["response.function_call_arguments.delta"] = ["delta", "item_id", "output_index", "sequence_number", "type"],
        ["response.function_call_arguments.done"] = ["arguments", "item_id", "name", "output_index", "sequence_number", "type"],
        ["model"] = ["id", "created", "object", "owned_by"],
        ["error"] = ["message", "type", "param", "code"],
    };

    /// <summary>A request of little work with one field set, and what that field cannot be without.</summary>
    public static JsonObject Request(string path, string field, string value)
    {
        var body = JsonNode.Parse(path switch
        {
            "/v1/chat/completions" => """{"model":"demo","messages":[{"role":"user","content":"Hi"}],"max_tokens":2}""",
            "/v1/completions" => """{"model":"demo","prompt":"Hi","max_tokens":2}""",
            _ => """{"model":"demo","input":"Hi","max_output_tokens":2}""",
        })!.AsObject();
        if (field == "stream_options")
        {
            body["stream"] = true;
        }
        if (field == "top_logprobs" && path == "/v1/chat/completions")
        {
            body["logprobs"] = true;
        }
        body[field] = JsonNode.Parse(value);
        return body;
    }
}
