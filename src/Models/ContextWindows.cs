using System.Collections.Immutable;

namespace MlxActors.Models;

/// <summary>Context windows that the operator sets, by any name of a model. They lower that of a checkpoint, and never raise it.</summary>
public static class ContextWindows
{
    /// <param name="checkpoint">The window that the checkpoint's config names, in tokens.</param>
    /// <param name="names">Whether a name is one of the model's.</param>
    public static int Lowered(this ImmutableDictionary<string, int> windows, int checkpoint, Predicate<string> names) =>
        windows.Where(entry => names(entry.Key)).Select(entry => entry.Value).Append(checkpoint).Min();
}
