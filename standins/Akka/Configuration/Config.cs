using Akka.Configuration.Hocon;

namespace Akka.Configuration;

/// <summary>A tree of settings, addressed by dotted paths; missing paths give the default that the caller names.</summary>
public class Config
{
    public static readonly Config Empty = new();

    private readonly HoconObject _fields;

    public Config() => _fields = new HoconObject();

    public Config(HoconRoot root)
    {
        ArgumentNullException.ThrowIfNull(root);
        _fields = root.Value?.GetObject() ?? new HoconObject();
    }

    public Config(Config source, Config fallback)
    {
        _fields = source._fields.Over(fallback._fields);
        Fallback = fallback;
    }

    public Config Fallback { get; }

    public virtual bool IsEmpty => _fields.Items.Count == 0;

    public virtual HoconValue Root => new(_fields);

    public static implicit operator Config(string str) => ConfigurationFactory.ParseString(str);

    public virtual Config WithFallback(Config fallback) => fallback is null || fallback.IsEmpty
        ? this
        : IsEmpty ? fallback : new Config(this, fallback);

    public HoconValue GetValue(string path)
    {
        var value = Root;
        foreach (var step in HoconParser.SplitPath(path))
            value = value?.GetObject()?.GetKey(step);
        return value;
    }

    public virtual bool HasPath(string path) => GetValue(path) is not null;

    public virtual Config GetConfig(string path) => GetValue(path)?.GetObject() is { } fields
        ? new HoconValue(fields).ToConfig()
        : Empty;

    public virtual string GetString(string path, string @default = null) => GetValue(path)?.GetString() ?? @default;

    public virtual bool GetBoolean(string path, bool @default = false) => GetValue(path)?.GetBoolean() ?? @default;

    public virtual int GetInt(string path, int @default = 0) => GetValue(path)?.GetInt() ?? @default;

    public virtual long GetLong(string path, long @default = 0) => GetValue(path)?.GetLong() ?? @default;

    public virtual double GetDouble(string path, double @default = 0) => GetValue(path)?.GetDouble() ?? @default;

    public virtual float GetFloat(string path, float @default = 0) => (float?)GetValue(path)?.GetDouble() ?? @default;

    public virtual long? GetByteSize(string path) => GetByteSize(path, null);

    public virtual long? GetByteSize(string path, long? def = null) => GetValue(path)?.GetByteSize() ?? def;

    public virtual TimeSpan GetTimeSpan(string path, TimeSpan? @default = null, bool allowInfinite = true) =>
        GetValue(path)?.GetTimeSpan(allowInfinite) ?? @default.GetValueOrDefault();

    public virtual IList<string> GetStringList(string path) => GetValue(path)?.GetStringList() ?? [];

    public virtual IList<string> GetStringList(string path, string[] defaultPaths) =>
        GetValue(path)?.GetStringList() ?? defaultPaths;

    public virtual IList<int> GetIntList(string path) => [.. (GetValue(path)?.GetArray() ?? []).Select(x => x.GetInt())];

    public virtual IEnumerable<KeyValuePair<string, HoconValue>> AsEnumerable() => _fields.Items;

    public override string ToString() => _fields.ToString();
}
