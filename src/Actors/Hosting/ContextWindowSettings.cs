using System.Collections.Immutable;
using System.Globalization;
using Akka.Configuration;
using MlxActors.Models;

namespace MlxActors.Actors.Hosting;

/// <summary>The section <c>mlxactors.context.window</c>: context windows by alias (<see cref="ContextWindows"/>).</summary>
public static class ContextWindowSettings
{
    private const string Section = $"{MlxActorsSettings.Section}.context.window";

    /// <param name="errors">Is told of what is wrong, with its key.</param>
    public static ImmutableDictionary<string, int> Read(Config config, ICollection<string> errors)
    {
        var windows = ImmutableDictionary.CreateBuilder<string, int>();
        if (config.GetConfig(Section) is not { IsEmpty: false } section)
        {
            return windows.ToImmutable();
        }
        foreach (var (alias, value) in section.AsEnumerable())
        {
            if (int.TryParse(value.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var window) && window > 0)
            {
                windows.Add(alias, window);
            }
            else
            {
                errors.Add($"{Section}.{alias}: expected a number of tokens, found '{value.GetString()}'");
            }
        }
        return windows.ToImmutable();
    }
}
