using System.Net;
using MlxActors.Models;
using MlxActors.Models.Hub;

namespace MlxActors.Web.Hub;

/// <summary>Why a model could not be downloaded.</summary>
/// <param name="Message">For the user: what happened, and what to do where there is something.</param>
internal abstract record HubError(string Message)
{
    /// <summary>Whether the same request may go well a little later.</summary>
    public virtual bool IsPassing => false;

    public sealed record Offline(RepoId Id)
        : HubError($"{Id} is not in the cache, and HF_HUB_OFFLINE forbids to download it.");

    public sealed record NotFound(RepoId Id, bool HasToken) : HubError(
        $"The hub has no repository {Id}, or it is private. Check the name"
        + (HasToken ? ", and that HF_TOKEN is of an account that may read it." : "; a private one needs HF_TOKEN."));

    public sealed record Gated(RepoId Id, Uri Page, bool HasToken) : HubError(
        $"{Id} is gated: its licence must be accepted at {Page}; then "
        + (HasToken ? "the account of HF_TOKEN may read it." : "set HF_TOKEN to a token of that account."));

    public sealed record BadToken()
        : HubError("The hub does not accept the token (HF_TOKEN, or the file that huggingface-cli login wrote).");

    /// <param name="Wait">What the hub asks for; null when it does not say.</param>
    public sealed record RateLimited(TimeSpan? Wait) : HubError(
        "The hub answers too many requests (429)" + (Wait is { } wait ? $" and asks to wait {Seconds(wait)}." : ".") + " Try again later.")
    {
        public override bool IsPassing => true;
    }

    public sealed record ServerFailed(HttpStatusCode Status)
        : HubError($"The hub has trouble of its own (status {(int)Status}). Try again later.")
    {
        public override bool IsPassing => true;
    }

    public sealed record Unreachable(Uri Endpoint, string Reason)
        : HubError($"{Endpoint} cannot be reached ({Reason}). Check the network, HTTPS_PROXY and HF_ENDPOINT.")
    {
        public override bool IsPassing => true;
    }

    public sealed record Broken(string File, string Reason)
        : HubError($"The connection broke while {File} was downloaded ({Reason}). The same command goes on from there.")
    {
        public override bool IsPassing => true;
    }

    public sealed record Corrupt(string File)
        : HubError($"{File} came with other bytes than the hub says it has; what came was thrown away. Try again.")
    {
        public override bool IsPassing => true;
    }

    public sealed record Unexpected(string What)
        : HubError($"The answer was not one of a Hugging Face hub: {What}. Check HF_ENDPOINT.");

    public sealed record NoCheckpoint(RepoId Id, string Reason) : HubError($"The repository {Id} {Reason}.");

    /// <param name="Family">The config's <c>model_type</c>; null when it names none.</param>
    public sealed record UnknownFamily(RepoId Id, string? Family) : HubError(
        $"{Id} is {(Family is null ? "of no family that its config.json names" : $"of the family {Family}")}; this server knows "
        + $"{string.Join(", ", ModelLoader.KnownTypes)}. Only its config.json was downloaded.");

    public sealed record NoSpace(string Folder, long Needed, long Free) : HubError(
        $"{ByteText.Of(Needed)} are still to be downloaded, but {Folder} has {ByteText.Of(Free)} left. Make room, or set HF_HUB_CACHE.");

    public sealed record DiskFull(string Folder)
        : HubError($"The disk of {Folder} is full. Make room, or set HF_HUB_CACHE; the same command goes on from there.");

    public sealed record DiskFailed(string Reason) : HubError($"The cache cannot be written: {Reason}");

    private static string Seconds(TimeSpan time) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Math.Ceiling(time.TotalSeconds)} s");
}
