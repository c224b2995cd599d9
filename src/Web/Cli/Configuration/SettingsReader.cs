using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace MlxActors.Web.Cli.Configuration;

/// <summary>
/// Reads settings together with their comments, which a HOCON parser drops. It takes HOCON as the shipped files are written: a setting, or
/// the start or end of a section, on a line of its own, its comment above it, and a blank line between what is not to share a comment.
/// </summary>
internal sealed partial class SettingsReader
{
    private readonly Stack<string> _path = new();
    private readonly List<SettingSection> _sections = [];
    private readonly List<string> _comment = [];
    private bool _follows;

    /// <param name="lines">Of one file.</param>
    /// <exception cref="FormatException">A line is none of those that it takes.</exception>
    public static ImmutableArray<SettingSection> Read(IEnumerable<string> lines)
    {
        var reader = new SettingsReader();
        using var each = lines.Select(line => line.Trim()).GetEnumerator();
        while (each.MoveNext())
        {
            reader.Take(each.Current, each);
        }
        return [.. reader._sections.Where(section => !section.Groups.IsEmpty)];
    }

    private void Take(string line, IEnumerator<string> rest)
    {
        if (line.Length == 0)
        {
            _comment.Clear();
            _follows = false;
        }
        else if (line[0] == '#')
        {
            _comment.Add(line[1..].Trim());
            _follows = false;
        }
        else if (line == "}")
        {
            Close();
        }
        else if (SectionLine().Match(line) is { Success: true } section)
        {
            Open(section.Groups[1].Value);
        }
        else if (SettingLine().Match(line) is { Success: true } setting)
        {
            Add(setting.Groups[1].Value, Whole(setting.Groups[2].Value, rest));
        }
        else
        {
            throw new FormatException($"neither a comment, nor a setting, nor a section: {line}");
        }
    }

    private void Open(string name)
    {
        _path.Push(_path.TryPeek(out var outer) ? $"{outer}.{name}" : name);
        _sections.Add(new SettingSection(_path.Peek(), Comment(), []));
        _follows = false;
    }

    // A section that holds nothing is there for the user to fill: a setting.
    private void Close()
    {
        var path = _path.TryPop(out var open) ? open : throw new FormatException("a section ends that never began");
        if (_sections[^1] is { Groups.IsEmpty: true } empty && empty.Path == path)
        {
            _sections.RemoveAt(_sections.Count - 1);
            Add(new SettingGroup(empty.Comment, [new Setting(path[(path.LastIndexOf('.') + 1)..], "{}")]));
        }
        _follows = false;
    }

    private void Add(string key, string value)
    {
        var setting = new Setting(key, value);
        if (_follows)
        {
            Change(groups => groups.SetItem(groups.Length - 1, groups[^1] with { Settings = groups[^1].Settings.Add(setting) }));
        }
        else
        {
            Add(new SettingGroup(Comment(), [setting]));
        }
        _follows = true;
    }

    private void Add(SettingGroup group) => Change(groups => groups.Add(group));

    // Of the section that the line stands in: not the last one, when that has ended.
    private void Change(Func<ImmutableArray<SettingGroup>, ImmutableArray<SettingGroup>> change)
    {
        var path = _path.TryPeek(out var inner) ? inner : throw new FormatException("a setting outside of every section");
        var at = _sections.FindLastIndex(section => section.Path == path);
        _sections[at] = _sections[at] with { Groups = change(_sections[at].Groups) };
    }

    private string Comment()
    {
        var text = string.Join(' ', _comment);
        _comment.Clear();
        return text;
    }

    // A list may go on over several lines.
    private static string Whole(string value, IEnumerator<string> rest)
    {
        while (value.StartsWith('[') && !value.EndsWith(']') && rest.MoveNext())
        {
            value = $"{value} {rest.Current}".TrimEnd();
        }
        return value;
    }

    [GeneratedRegex(@"^([\w.-]+)\s*\{$")]
    private static partial Regex SectionLine();

    [GeneratedRegex(@"^([\w.-]+)\s*=\s*(.+)$")]
    private static partial Regex SettingLine();
}
