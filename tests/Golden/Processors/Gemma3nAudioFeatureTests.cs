using System.Text.Json;
using MlxActors.Models.Media;
using MlxActors.Models.Media.Audio;
using MlxActors.Native.Results;

namespace MlxActors.Golden.Processors;

/// <summary>Log-mel frames of the WAV files of <c>processors/gemma3n</c>, against transformers' feature extractor.</summary>
public sealed class Gemma3nAudioFeatureTests
{
    private const string Folder = "processors/gemma3n";
    private const string Index = "audio_features.json";
    private const double FloorOfSilence = -11.512925;

    public static TheoryData<string?> Clips => Names("clips");

    public static TheoryData<string?> Batches => Names("batch");

    public static TheoryData<string?> LongClips => Names("long");

    public static TheoryData<string?> Constants => Names("constants");

    [SkippableTheory]
    [MemberData(nameof(Clips))]
    public void Extract_Clip_HasTheReferencesFramesAndMask(string? name)
    {
        var (golden, tensors) = Read(Goldens.SkipWhenNone(name, Folder));
        var clip = golden.GetProperty("clips").GetProperty(name!);

        var frames = Extract(Samples(clip.GetProperty("wav").GetString()!));

        Assert.Equal(clip.GetProperty("frames").GetInt32(), frames.Frames);
        Assert.Equal(clip.GetProperty("valid_frames").GetInt32(), frames.RealFrames);
        byte[] mask = [.. Enumerable.Range(0, frames.Frames).Select(frame => frame < frames.RealFrames ? (byte)1 : (byte)0)];
        Assert.Equal(tensors[$"{name}.mask"].Bytes(), mask);
        AssertClose(tensors[$"{name}.features"].Floats(), frames.Values, clip.GetProperty("atol").GetDouble());
    }

    /// <summary>The reference pads the clips of a batch with silence to the longest; here each is prepared alone.</summary>
    [SkippableTheory]
    [MemberData(nameof(Batches))]
    public void Extract_ClipFollowedBySilence_HasTheFramesOfTheReferencesBatch(string? name)
    {
        var (golden, tensors) = Read(Goldens.SkipWhenNone(name, Folder));
        var clips = golden.GetProperty("batch").GetProperty("clips").EnumerateArray()
            .Select(clip => Samples(golden.GetProperty("clips").GetProperty(clip.GetString()!).GetProperty("wav").GetString()!))
            .ToArray();
        var longest = clips.Max(clip => clip.Length);

        float[] actual = [.. clips.SelectMany(clip => Extract([.. clip, .. new float[longest - clip.Length]]).Values)];

        AssertClose(tensors["batch.features"].Floats(), actual, golden.GetProperty("batch").GetProperty("atol").GetDouble());
        Assert.Equal(FloorOfSilence, actual.Min(), tolerance: 1e-6);
    }

    [SkippableTheory]
    [MemberData(nameof(LongClips))]
    public void Extract_ClipBeyondThirtySeconds_IsCut(string? name)
    {
        var (golden, tensors) = Read(Goldens.SkipWhenNone(name, Folder));
        var row = golden.GetProperty("long");
        var once = Samples(row.GetProperty("wav").GetString()!);

        var frames = Extract([.. Enumerable.Repeat(once, row.GetProperty("repeat").GetInt32()).SelectMany(samples => samples)]);

        Assert.Equal(row.GetProperty("frames").GetInt32(), frames.Frames);
        float[] stored =
        [
            .. tensors[row.GetProperty("stored_frames").GetString()!].Ints()
                .SelectMany(frame => frames.Values.AsSpan(frame * frames.Bins, frames.Bins).ToArray()),
        ];
        AssertClose(tensors["long.features"].Floats(), stored, row.GetProperty("atol").GetDouble());
    }

    [SkippableTheory]
    [MemberData(nameof(Constants))]
    public void FiltersAndWindow_AreTheReferences(string? name)
    {
        var (golden, tensors) = Read(Goldens.SkipWhenNone(name, Folder));
        Skip.IfNot(tensors.Contains("mel_filters"), "this set of fixtures leaves the constants out");
        var constants = golden.GetProperty("constants");
        var settings = Settings();
        Assert.Equal(constants.GetProperty("fft_length").GetInt32(), settings.FftLength);
        Assert.Equal(constants.GetProperty("hop").GetInt32(), settings.HopLength);
        Assert.Equal(constants.GetProperty("frame").GetInt32(), settings.FrameLength);
        // The reference takes the cosine in single precision.
        AssertClose(tensors["window"].Floats(), MelFeatures.PeriodicHann(settings.FrameLength), 2.5e-7);

        var columns = tensors["mel_filter_columns"].Ints();
        var frequencies = settings.FftLength / 2 + 1;
        var spacing = (double)settings.SampleRate / settings.FftLength;
        var bank = new MelFilterBank(settings.Bins, settings.LowestFrequency, settings.HighestFrequency, frequencies, spacing);
        var actual = new List<float>();
        for (var frequency = 0; frequency < frequencies; frequency++)
        {
            var (magnitudes, sums) = (new double[frequencies], new double[bank.Count]);
            magnitudes[frequency] = 1;
            bank.Apply(magnitudes, sums);
            actual.AddRange(columns.Select(column => (float)sums[column]));
        }
        AssertClose(tensors["mel_filters"].Floats(), [.. actual], 1e-6);
    }

    private static MelFrames Extract(float[] samples)
    {
        var settings = Settings();
        var outcome = new MelFeatures(settings).Extract(new AudioClip(samples, settings.SampleRate));
        return Assert.IsType<Result<MelFrames, MediaError>.Ok>(outcome).Value;
    }

    private static MelSettings Settings() =>
        Assert.IsType<Result<MelSettings, Models.LoadError>.Ok>(MelSettings.Load(Goldens.PathOf(Folder), bins: 128)).Value;

    private static float[] Samples(string wav)
    {
        var outcome = WavDecoder.Decode(File.ReadAllBytes(Goldens.PathOf(Folder, wav)), AudioLimits.Default);
        return Assert.IsType<Result<AudioClip, MediaError>.Ok>(outcome).Value.Samples;
    }

    private static (JsonElement Golden, GoldenTensors Tensors) Read(string name)
    {
        Assert.NotEmpty(name);
        var path = Goldens.PathOf(Folder, Index);
        return (JsonDocument.Parse(File.ReadAllText(path)).RootElement, GoldenTensors.Open(Path.ChangeExtension(path, ".safetensors")));
    }

    /// <summary>The clips of the index; of its other parts, their own name.</summary>
    private static TheoryData<string?> Names(string part)
    {
        var path = Goldens.PathOf(Folder, Index);
        if (!File.Exists(path) || !JsonDocument.Parse(File.ReadAllText(path)).RootElement.TryGetProperty(part, out var entry))
        {
            return Goldens.Rows([]);
        }
        return Goldens.Rows(part == "clips" ? entry.EnumerateObject().Select(clip => clip.Name) : [part]);
    }

    private static void AssertClose(float[] expected, float[] actual, double atol)
    {
        Assert.Equal(expected.Length, actual.Length);
        var worst = expected.Zip(actual, (left, right) => Math.Abs((double)left - right)).Max();
        Assert.True(worst <= atol, $"differs by {worst}, where {atol} is allowed");
    }
}
