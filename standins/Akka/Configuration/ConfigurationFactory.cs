using System.Reflection;
using Akka.Configuration.Hocon;

namespace Akka.Configuration;

public class ConfigurationFactory
{
    public static Config Empty => ParseString("");

    public static Config ParseString(string hocon) => ParseString(hocon, null);

    public static Config ParseString(string hocon, Func<string, HoconRoot> includeCallback) =>
        new(HoconParser.Parse(hocon, includeCallback));

    /// <summary>What the application's own configuration file holds; there is none on modern .NET, so this is empty.</summary>
    public static Config Load() => Config.Empty;

    /// <summary>The library's reference configuration.</summary>
    public static Config Default() => ReferenceConfig.Value;

    public static Config FromResource<TAssembly>(string resourceName) =>
        FromResource(resourceName, typeof(TAssembly).Assembly);

    public static Config FromResource(string resourceName, Assembly assembly)
    {
        using var stream = assembly.GetManifestResourceStream(resourceName)
            ?? throw new ArgumentException($"{assembly.GetName().Name} has no resource {resourceName}", nameof(resourceName));
        using var reader = new StreamReader(stream);
        return ParseString(reader.ReadToEnd());
    }
}
