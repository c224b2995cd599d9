using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MlxActors.Native.Checkpoints;
using MlxActors.Native.Results;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Tests.Checkpoints;

public sealed class SafetensorsTests : IDisposable
{
    private const string OneTensor = """{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}""";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Writer_SeveralTensors_AreReadBackWithNamesShapesAndBytes()
    {
        byte[] numbers = [1, 2, 3, 4, 5, 6, 7, 8];
        SafetensorsWriter.Write(_directory.File("model.safetensors"),
        [
            TensorSource.Of("packed", DType.UInt32, new Shape(1, 2), numbers),
            TensorSource.Of("scales \"quoted\"", DType.BFloat16, new Shape(4), numbers),
            TensorSource.Of("empty", DType.Float16, new Shape(0, 7), ReadOnlyMemory<byte>.Empty),
        ]);

        using var checkpoint = Opened();

        Assert.Equal(["empty", "packed", "scales \"quoted\""], checkpoint.Tensors.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((DType.UInt32, new Shape(1, 2)), (checkpoint.Tensors["packed"].DType, checkpoint.Tensors["packed"].Shape));
        Assert.Equal(numbers, checkpoint.Tensors["scales \"quoted\""].Bytes.ToArray());
        Assert.Equal(0, checkpoint.Tensors["empty"].Length);
    }

    [Fact]
    public void Writer_SourceOfWrongLength_Throws() => Assert.Throws<InvalidOperationException>(() =>
        SafetensorsWriter.Write(_directory.File("model.safetensors"), [TensorSource.Of("a", DType.Float32, new Shape(2), new byte[4])]));

    [Fact]
    public void Open_LegalFile_GivesItsTensor()
    {
        WriteRaw(OneTensor, dataLength: 24);

        using var checkpoint = Opened();

        Assert.Equal(new Shape(2, 3), checkpoint.Tensors["a"].Shape);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}""", "JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24],"dtype":"F32"}}""", "once")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24],"strides":[1]}}""", "strides")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2,2147483648],"data_offsets":[0,24]}}""", "2147483648")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2147483647,2147483647,2147483647],"data_offsets":[0,24]}}""", "2^63")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1,1,1,1,1,2,3],"data_offsets":[0,24]}}""", "at most 6")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,9223372036854775807]}}""", "9223372036854775807")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24,24]}}""", "at most 2")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}""", "JSON")]
    [InlineData("""{"a":7}""", "object")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}} 7""", "JSON")]
    public void Open_FaultyHeader_NamesTheFault(string header, string named)
    {
        WriteRaw(header, dataLength: 24);

        var error = Assert.IsType<Result<Checkpoint, CheckpointError>.Error>(Checkpoint.Open(_directory.Path)).Reason;

        Assert.Equal("model.safetensors", error.File);
        Assert.Contains(named, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NameOfManyBytes_IsRefusedInAShortMessage()
    {
        WriteRaw(OneTensor.Replace("\"a\"", $"\"{new string('x', 100_000)}\"", StringComparison.Ordinal), dataLength: 24);

        var error = Assert.IsType<Result<Checkpoint, CheckpointError>.Error>(Checkpoint.Open(_directory.Path)).Reason;

        Assert.InRange(error.ToString().Length, 1, 500);
    }

    /// <summary>Whatever one byte of a header becomes, opening gives a value and never throws.</summary>
    [Property(MaxTest = 300)]
    public Property Open_AnyByteChanged_NeverThrows() => Prop.ForAll(
        Gen.Choose(0, 8 + OneTensor.Length - 1).Zip(Gen.Choose(0, 255)).ToArbitrary(),
        change =>
        {
            var file = Raw(OneTensor, dataLength: 24);
            file[change.Item1] = (byte)change.Item2;
            File.WriteAllBytes(_directory.File("model.safetensors"), file);
            return Checkpoint.Open(_directory.Path).Match(
                checkpoint =>
                {
                    using (checkpoint)
                    {
                        return checkpoint.Tensors.Values.All(tensor => tensor.Offset + tensor.Length <= tensor.File.Length);
                    }
                },
                error => error.ToString().Length > 0);
        });

    private Checkpoint Opened() => Assert.IsType<Result<Checkpoint, CheckpointError>.Ok>(Checkpoint.Open(_directory.Path)).Value;

    private void WriteRaw(string header, int dataLength) =>
        File.WriteAllBytes(_directory.File("model.safetensors"), Raw(header, dataLength));

    private static byte[] Raw(string header, int dataLength)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var length = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)json.Length);
        return [.. length, .. json, .. new byte[dataLength]];
    }
}
