using System.Collections.Immutable;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using MlxActors.Generation.Constraints.Grammars;
using MlxActors.Generation.Constraints.Schemas;
using MlxActors.Models.Chat;

namespace MlxActors.Generation.Constraints;

/// <summary>A tool that may be called, and what its arguments must be.</summary>
public sealed record CallableTool(string Name, Schema Parameters);

/// <summary>What an answer must be: a JSON value, calls of tools, or either.</summary>
/// <param name="Value">Null when the answer must be calls.</param>
/// <param name="Tools">Empty when it must be the value.</param>
/// <param name="Parallel">Whether there may be more than one call.</param>
public sealed record AnswerForm(Schema? Value, ImmutableArray<CallableTool> Tools, bool Parallel)
{
    private const int MostCalls = 16;

    /// <summary>In places of grammars, a hundred bytes or two each.</summary>
    private const int MostKept = 300_000;

    private static readonly Recent<Grammar> Known = new(MostKept, grammar => grammar.Size);

    /// <summary>The grammar of such answers; null when it is too large, which many large tools together can be.</summary>
    public Grammar? ToGrammar(CallSyntax syntax)
    {
        if (Value is not null && Tools.IsEmpty)
        {
            return Value.Grammar;
        }
        var key = Key(syntax);
        return Known.Find(key) ?? (Build(key, syntax) is { } built ? Known.Add(key, built) : null);
    }

    private Grammar? Build(string key, CallSyntax syntax)
    {
        var builder = new GrammarBuilder();
        var calls = syntax switch
        {
            CallSyntax.ToolCode => ToolCode(new ValueGrammar(builder, Notation.Python)),
            CallSyntax.ToolCallTag => ToolCallTags(new ValueGrammar(builder, Notation.Json)),
            _ => throw new UnreachableException(),
        };
        var root = Value is null ? calls : Expression.OneOf(new ValueGrammar(builder, Notation.Json).Of(Value.Shape), calls);
        return builder.Build(key, root).Grammar;
    }

    private Expression ToolCode(ValueGrammar values)
    {
        var call = Expression.OneOf([.. Tools.Select(tool => Expression.Of(
            Expression.Literal($"{tool.Name}("),
            values.Arguments(tool.Parameters),
            Expression.Literal(")")))]);
        return Expression.Of(Expression.Literal("```tool_code\n"), Calls(call), Expression.Literal("\n```"));
    }

    private Expression ToolCallTags(ValueGrammar values) => Calls(Expression.OneOf([.. Tools.Select(tool => Expression.Of(
        Expression.Literal("<tool_call>\n{\"name\": "),
        Notation.String(tool.Name),
        Expression.Literal(", \"arguments\": "),
        values.Of(tool.Parameters.Shape),
        Expression.Literal("}\n</tool_call>")))]));

    private Expression Calls(Expression call) => Parallel
        ? Expression.Of(call, new Expression.Repeat(Expression.Of(Expression.Literal("\n"), call), 0, MostCalls - 1))
        : call;

    private string Key(CallSyntax syntax)
    {
        var text = new StringBuilder().Append(syntax).Append(Parallel).Append('\n').Append(Value?.Grammar.Key);
        foreach (var tool in Tools)
        {
            text.Append('\n').Append(tool.Name).Append('\n').Append(tool.Parameters.Grammar.Key);
        }
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
