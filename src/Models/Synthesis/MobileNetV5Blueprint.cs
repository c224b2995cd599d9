using MlxActors.Models.Gemma3n;
using MlxActors.Native.Tensors;

namespace MlxActors.Models.Synthesis;

/// <summary>The vision tower of Gemma 3n, whose dimensions are the defaults of its config.</summary>
public static class MobileNetV5Blueprint
{
    private const int TokensPerImage = 256;
    private const int StemKernel = 3;
    private const int FusionExpansion = 2;
    private const string Model = "vision_tower.timm_model";

    public static Gemma3nVisionConfig Config { get; } =
        Gemma3nVisionConfig.Parse(ConfigNode.Parse("vision_config", "{}"u8.ToArray()), TokensPerImage);

    public static TowerBlueprint Tower { get; } = new([.. Stem(), .. Stages(), .. Fusion()]);

    private static IEnumerable<NamedShape> Stem() =>
    [
        new($"{Model}.conv_stem.conv.weight", new Shape(Config.StemSize, StemKernel, StemKernel, Gemma3nVisionConfig.NumChannels)),
        new($"{Model}.conv_stem.conv.bias", new Shape(Config.StemSize)),
        Norm($"{Model}.conv_stem.bn", Config.StemSize),
    ];

    private static IEnumerable<NamedShape> Stages()
    {
        var channels = Config.StemSize;
        foreach (var (stage, blocks) in Config.Stages.Index())
        {
            foreach (var (i, block) in blocks.Index())
            {
                foreach (var tensor in Block($"{Model}.blocks.{stage}.{i}", block, channels))
                {
                    yield return tensor;
                }
                channels = block.Channels;
            }
        }
    }

    private static IEnumerable<NamedShape> Fusion()
    {
        var channels = Config.Stages[^2][^1].Channels + Config.Stages[^1][^1].Channels;
        return
        [
            .. NormedPointwise($"{Model}.msfa.ffn.pw_exp", channels, channels * FusionExpansion),
            .. NormedPointwise($"{Model}.msfa.ffn.pw_proj", channels * FusionExpansion, Config.HiddenSize),
            Norm($"{Model}.msfa.norm", Config.HiddenSize),
        ];
    }

    private static IEnumerable<NamedShape> Block(string path, VisionBlock block, int channels) => block switch
    {
        VisionBlock.EdgeResidual edge => EdgeResidual(path, edge, channels),
        VisionBlock.InvertedResidual inverted => InvertedResidual(path, inverted, channels),
        VisionBlock.Attention attention => Attention(path, attention, channels),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static IEnumerable<NamedShape> EdgeResidual(string path, VisionBlock.EdgeResidual block, int channels)
    {
        var wide = channels * block.Expansion;
        return
        [
            new($"{path}.conv_exp.weight", new Shape(wide, block.Kernel, block.Kernel, channels)),
            Norm($"{path}.bn1", wide),
            Pointwise($"{path}.conv_pwl", wide, block.Channels),
            Norm($"{path}.bn2", block.Channels),
        ];
    }

    private static IEnumerable<NamedShape> InvertedResidual(string path, VisionBlock.InvertedResidual block, int channels)
    {
        var wide = channels * block.Expansion;
        return
        [
            .. block.StartKernel is { } start ? NormedDepthwise($"{path}.dw_start", channels, start) : [],
            .. NormedPointwise($"{path}.pw_exp", channels, wide),
            .. block.MiddleKernel is { } middle ? NormedDepthwise($"{path}.dw_mid", wide, middle) : [],
            .. NormedPointwise($"{path}.pw_proj", wide, block.Channels),
            new($"{path}.layer_scale.gamma", new Shape(block.Channels)),
        ];
    }

    private static IEnumerable<NamedShape> Attention(string path, VisionBlock.Attention block, int channels)
    {
        var features = block.Heads * block.HeadDim;
        return
        [
            Norm($"{path}.norm", channels),
            Pointwise($"{path}.attn.query.proj", channels, features),
            .. SharedHead($"{path}.attn.key", block, channels),
            .. SharedHead($"{path}.attn.value", block, channels),
            Pointwise($"{path}.attn.output.proj", features, block.Channels),
            new($"{path}.layer_scale.gamma", new Shape(block.Channels)),
        ];
    }

    private static IEnumerable<NamedShape> SharedHead(string path, VisionBlock.Attention block, int channels) =>
    [
        .. block.KeyStride > 1
            ? (NamedShape[])[Depthwise($"{path}.down_conv", channels, block.KeyKernel), Norm($"{path}.norm", channels)]
            : [],
        Pointwise($"{path}.proj", channels, block.HeadDim),
    ];

    private static IEnumerable<NamedShape> NormedPointwise(string path, int inFeatures, int outFeatures) =>
        [Pointwise($"{path}.conv", inFeatures, outFeatures), Norm($"{path}.bn", outFeatures)];

    private static IEnumerable<NamedShape> NormedDepthwise(string path, int features, int kernel) =>
        [Depthwise($"{path}.conv", features, kernel), Norm($"{path}.bn", features)];

    private static NamedShape Pointwise(string path, int inFeatures, int outFeatures) =>
        new($"{path}.weight", new Shape(outFeatures, 1, 1, inFeatures));

    private static NamedShape Depthwise(string path, int features, int kernel) =>
        new($"{path}.weight", new Shape(features, kernel, kernel, 1));

    private static NamedShape Norm(string path, int features) => new($"{path}.weight", new Shape(features));
}
