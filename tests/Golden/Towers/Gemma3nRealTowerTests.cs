using System.Text;
using System.Text.Json;
using MlxActors.Golden.Families;
using MlxActors.Models;
using MlxActors.Models.Gemma3n;
using MlxActors.Native.Checkpoints;

namespace MlxActors.Golden.Towers;

/// <summary>The tower of the published models, of which the fixtures hold the names and shapes of all tensors.</summary>
public sealed class Gemma3nRealTowerTests
{
    private const string Folder = "models/gemma3n";
    private const string Prefix = "vision_tower.";
    private const int BytesOfBFloat16 = 2;

    public static TheoryData<string?> Lists => Goldens.Files(Folder, "vision-tensors.tsv");

    [SkippableTheory]
    [MemberData(nameof(Lists))]
    public void Load_PublishedConfig_TakesEveryTensorInItsShape(string? path)
    {
        var list = Goldens.PathOf(Goldens.SkipWhenNone(path, "tensor list"));
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            WriteZeros(list, Path.Combine(folder.FullName, Checkpoint.SingleFileName));
            var checkpoint = Checkpoint.Open(folder.FullName)
                .Match(opened => opened, error => throw new InvalidOperationException($"{error}"));
            using var backend = Backends.Exact();
            using var source = new WeightSource(checkpoint, QuantizationConfig.None, backend);
            var published = ConfigNode.Parse(
                "config.json", """{ "architecture": "mobilenetv5_300m_enc", "hidden_size": 2048, "model_args": null }"""u8.ToArray());

            var tower = Gemma3nVision.Load(WeightMap.Root(source) / "vision_tower", Gemma3nVisionConfig.Parse(published, 256));

            source.RejectRest();
            Assert.Equal((768, 16), (tower.Config.ImageSize, tower.Config.TokensPerSide));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>A checkpoint of these shapes whose numbers are a hole in the file.</summary>
    private static void WriteZeros(string list, string path)
    {
        var header = new Dictionary<string, object>();
        var end = 0L;
        foreach (var line in File.ReadLines(list).Where(line => line.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            var columns = line.Split('\t');
            var shape = columns[1].Split('x').Select(int.Parse).ToArray();
            var start = end;
            end += shape.Aggregate((long)BytesOfBFloat16, (product, length) => product * length);
            header.Add(columns[0], new { dtype = "BF16", shape, data_offsets = new[] { start, end } });
        }
        var json = JsonSerializer.Serialize(header);
        json = json.PadRight((json.Length + 7) / 8 * 8);
        using var file = File.Create(path);
        file.Write(BitConverter.GetBytes((ulong)json.Length));
        file.Write(Encoding.ASCII.GetBytes(json));
        file.SetLength(file.Length + end);
    }
}
