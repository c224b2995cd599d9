using MlxActors.Native.Checkpoints;
using MlxActors.Native.Results;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Tests.Checkpoints;

public sealed class ShardIndexTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public ShardIndexTests()
    {
        WriteShard("one.safetensors", "a");
        WriteShard("two.safetensors", "b");
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Open_TwoShards_GivesTheTensorsOfBoth()
    {
        WriteIndex("""{"weight_map":{"a":"one.safetensors","b":"two.safetensors"}}""");

        using var checkpoint = Assert.IsType<Result<Checkpoint, CheckpointError>.Ok>(Checkpoint.Open(_directory.Path)).Value;

        Assert.Equal(["a", "b"], checkpoint.Tensors.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"two.safetensors","b":"two.safetensors"}}""", "a")]
    [InlineData("""{"weight_map":{"c":"one.safetensors"}}""", "c")]
    [InlineData("""{"weight_map":{"a":"sub/one.safetensors"}}""", "sub/one.safetensors")]
    [InlineData("""{"weight_map":{"a":"..\\one.safetensors"}}""", "one.safetensors")]
    [InlineData("""{"weight_map":{"a":"config.json"}}""", "config.json")]
    [InlineData("""{"weight_map":{"a":"one.safetensors","a":"one.safetensors"}}""", "a")]
    public void Open_FaultyIndex_NamesTheFault(string index, string named)
    {
        WriteIndex(index);

        var error = Assert.IsType<Result<Checkpoint, CheckpointError>.Error>(Checkpoint.Open(_directory.Path)).Reason;

        Assert.Equal("model.safetensors.index.json", error.File);
        Assert.Contains(named, error.ToString(), StringComparison.Ordinal);
    }

    private void WriteIndex(string json) => File.WriteAllText(_directory.File("model.safetensors.index.json"), json);

    private void WriteShard(string file, string tensor) =>
        SafetensorsWriter.Write(_directory.File(file), [TensorSource.Of(tensor, DType.Float32, new Shape(1), new byte[4])]);
}
