namespace Akka.Configuration.Hocon;

/// <summary>A resolved value: a text, a list or an object.</summary>
public class HoconValue
{
    private readonly object _content;

    internal HoconValue(string text) => _content = text;

    internal HoconValue(List<HoconValue> items) => _content = items;

    internal HoconValue(HoconObject fields) => _content = fields;

    public bool IsEmpty => _content is null;

    public bool IsString() => _content is string;

    public bool IsArray() => _content is List<HoconValue>;

    public bool IsObject() => _content is HoconObject;

    public string GetString() => _content as string;

    public HoconObject GetObject() => _content as HoconObject;

    public IList<HoconValue> GetArray() => _content as List<HoconValue> ?? [];

    public IList<string> GetStringList() => [.. GetArray().Select(x => x.GetString())];

    public bool GetBoolean() => HoconUnits.Boolean(GetString());

    public int GetInt() => HoconUnits.Number<int>(GetString());

    public long GetLong() => HoconUnits.Number<long>(GetString());

    public double GetDouble() => HoconUnits.Number<double>(GetString());

    public TimeSpan GetTimeSpan(bool allowInfinite = true) => HoconUnits.Duration(GetString(), allowInfinite);

    public long? GetByteSize() => HoconUnits.ByteSize(GetString());

    public Config ToConfig() => new(new HoconRoot(this));

    public override string ToString() => _content switch
    {
        string text => $"\"{text}\"",
        List<HoconValue> items => $"[{string.Join(",", items)}]",
        HoconObject fields => $"{{{Environment.NewLine}{fields}{Environment.NewLine}}}",
        _ => "",
    };
}

/// <summary>The fields of an object, in the order of their first appearance.</summary>
public class HoconObject
{
    public Dictionary<string, HoconValue> Items { get; } = [];

    public HoconValue GetKey(string key) => Items.GetValueOrDefault(key);

    /// <summary>This object over another: objects merge field by field, anything else is replaced.</summary>
    internal HoconObject Over(HoconObject lower)
    {
        var merged = new HoconObject();
        foreach (var (key, value) in lower.Items)
            merged.Items[key] = value;
        foreach (var (key, value) in Items)
        {
            merged.Items[key] = value.GetObject() is { } fields && merged.GetKey(key)?.GetObject() is { } below
                ? new HoconValue(fields.Over(below))
                : value;
        }

        return merged;
    }

    public override string ToString() =>
        string.Join(Environment.NewLine, Items.Select(x => $"\"{x.Key}\" : {x.Value}"));
}

/// <summary>What a parse gives, and what an include callback returns.</summary>
public class HoconRoot
{
    public HoconRoot(HoconValue value) => Value = value;

    public HoconValue Value { get; }
}
