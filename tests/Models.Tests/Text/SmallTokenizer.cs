using System.Text;
using System.Text.Json.Nodes;
using MlxActors.Models.Text;

namespace MlxActors.Models.Tests.Text;

/// <summary>Tokenizer files small enough to work out the ids by hand.</summary>
internal static class SmallTokenizer
{
    public const int Unknown = 0;
    public const int End = 1;
    public const int A = 2;
    public const int B = 3;
    public const int Space = 4;
    public const int AB = 5;
    public const int SpaceA = 6;
    public const int ABA = 7;
    public const int Newline = 8;
    public const int TwoNewlines = 9;
    public const int FirstByte = 100;

    private const string Json =
        """
        {
          "added_tokens": [
            { "content": "<end>", "id": 1, "special": true, "normalized": false, "lstrip": false, "rstrip": false, "single_word": false },
            { "content": "\n", "id": 8, "special": false },
            { "content": "\n\n", "id": 9, "special": false }
          ],
          "normalizer": { "type": "Replace", "pattern": { "String": " " }, "content": "▁" },
          "pre_tokenizer": null,
          "post_processor": null,
          "decoder": {
            "type": "Sequence",
            "decoders": [
              { "type": "Replace", "pattern": { "String": "▁" }, "content": " " }, { "type": "ByteFallback" }, { "type": "Fuse" }
            ]
          },
          "model": {
            "type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true,
            "vocab": { "<unk>": 0, "a": 2, "b": 3, "▁": 4, "ab": 5, "▁a": 6, "aba": 7, "\n": 8, "\n\n": 9 },
            "merges": [["a", "b"], ["▁", "a"], ["ab", "a"]]
          }
        }
        """;

    /// <summary>Of Gemma's kind: characters, spaces as "▁", unknown characters as bytes.</summary>
    public static JsonObject Characters()
    {
        var file = JsonNode.Parse(Json)!.AsObject();
        for (var value = 0; value < 256; value++)
        {
            file["model"]!["vocab"]![$"<0x{value:X2}>"] = FirstByte + value;
        }
        return file;
    }

    public static HuggingFaceTokenizer Read(JsonObject file) =>
        Outcome(file.ToJsonString()).Match(tokenizer => tokenizer, error => throw new InvalidDataException(error.Message));

    public static Native.Results.Result<HuggingFaceTokenizer, LoadError> Outcome(string json) =>
        HuggingFaceTokenizer.Read(Encoding.UTF8.GetBytes(json), "tokenizer.json");
}
