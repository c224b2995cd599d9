using System.Text;
using MlxActors.Native.Checkpoints;

namespace MlxActors.Models.Tests.Checkpoints;

public sealed class KnownTypesTests
{
    public static TheoryData<string> KnownTypes => [.. ModelLoader.KnownTypes];

    [Theory]
    [MemberData(nameof(KnownTypes))]
    public void FamilyOf_KnownType_FindsNoFaultWithIt(string type) => Assert.NotEqual("model_type", Fault(type)?.Subject);

    [Fact]
    public void FamilyOf_UnknownType_NamesTheKnownOnes()
    {
        var fault = Fault("llama");

        Assert.NotNull(fault);
        Assert.Equal("model_type", fault.Subject);
        Assert.All(ModelLoader.KnownTypes, type => Assert.Contains(type, fault.Expected));
    }

    // Of a config that says nothing else; some families have a default for all the rest.
    private static CheckpointError? Fault(string type)
    {
        var config = ConfigNode.Parse("config.json", Encoding.UTF8.GetBytes($$"""{"model_type":"{{type}}"}"""));
        return (Record.Exception(() => ModelLoader.FamilyOf(config)) as CheckpointException)?.Error;
    }
}
