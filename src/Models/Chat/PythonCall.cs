using System.Collections.Immutable;

namespace MlxActors.Models.Chat;

/// <summary>A call of a Python function with literal arguments, each as JSON.</summary>
/// <param name="Positional">Arguments without a name, which come first.</param>
internal sealed record PythonCall(string Name, ImmutableArray<string> Positional, ImmutableArray<KeyValuePair<string, string>> Named)
{
    /// <summary>
    /// Reads <c>f(...)</c>, with an assignment in front or a <c>print</c> around it, comments and trailing commas; null when the statement
    /// is anything else.
    /// </summary>
    public static PythonCall? Parse(string statement)
    {
        var reader = new PythonReader(statement);
        var name = reader.Word();
        if (reader.Take('='))
        {
            name = reader.Word();
        }
        var isPrinted = name == "print" && IsWrapper(statement);
        if (isPrinted)
        {
            reader.Take('(');
            name = reader.Word();
        }
        if (name.Length == 0 || !reader.Take('(') || Arguments(name, reader) is not { } call)
        {
            return null;
        }
        if (isPrinted)
        {
            reader.Take(',');
            isPrinted = !reader.Take(')');
        }
        return reader.IsAtEnd && !isPrinted ? call : null;
    }

    /// <summary>The arguments as one JSON object; null when they do not fit the parameters.</summary>
    /// <param name="parameters">Names in the order of the signature, for arguments without one.</param>
    public string? ArgumentsFor(ImmutableArray<string> parameters)
    {
        if (Positional.Length > parameters.Length)
        {
            return null;
        }
        var arguments = Positional.Select((value, i) => KeyValuePair.Create(parameters[i], value)).Concat(Named).ToArray();
        return arguments.DistinctBy(argument => argument.Key).Count() == arguments.Length
            ? $"{{{string.Join(", ", arguments.Select(argument => $"{PythonLiteral.JsonString(argument.Key)}: {argument.Value}"))}}}"
            : null;
    }

    /// <summary>Whether <c>print(</c> is followed by another call rather than by arguments of its own.</summary>
    private static bool IsWrapper(string statement)
    {
        var reader = new PythonReader(statement[(statement.IndexOf('(') + 1)..]);
        return reader.Word().Length > 0 && reader.Take('(');
    }

    private static PythonCall? Arguments(string name, PythonReader reader)
    {
        var positional = ImmutableArray.CreateBuilder<string>();
        var named = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        while (!reader.Take(')'))
        {
            var keyword = reader.Keyword();
            if (reader.Value() is not { } value || (keyword is null && named.Count > 0))
            {
                return null;
            }
            if (keyword is null)
            {
                positional.Add(value);
            }
            else
            {
                named.Add(KeyValuePair.Create(keyword, value));
            }
            if (!reader.Take(',') && !reader.IsAt(')'))
            {
                return null;
            }
        }
        return new PythonCall(name, positional.ToImmutable(), named.ToImmutable());
    }
}
