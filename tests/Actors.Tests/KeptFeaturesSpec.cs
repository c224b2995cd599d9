namespace MlxActors.Actors.Tests;

public sealed class KeptFeaturesSpec() : ActorSpec("mlxactors.media.feature-cache = 1MiB")
{
    [Fact]
    public async Task A_second_turn_about_an_image_does_not_encode_it_again()
    {
        var first = Request("a", WithImage("look: ", image: 7, tokens: 5, " what is it?"), maxTokens: 10);
        var second = Request("a", WithImage("look: ", image: 7, tokens: 5, " what is it? a cat. and its name?"), maxTokens: 10);

        AssertAnswered(first, await Answer(first));
        AssertAnswered(second, await Answer(second));

        Assert.Equal([7000], Checkpoints["a"].EncodedImages);
        Assert.Equal(1, Checkpoints.LiveFeatures);
    }

    [Fact]
    public async Task Kept_images_go_with_their_model()
    {
        await Answer(Request("a", WithImage("look: ", image: 7, tokens: 5, ""), maxTokens: 10));
        await Answer(Request("b", "hello", maxTokens: 10));

        Assert.Equal(["load a", "unload a", "load b"], Checkpoints.Log);
        await NothingIsLeft();
    }
}
