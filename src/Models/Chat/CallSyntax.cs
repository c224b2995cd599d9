namespace MlxActors.Models.Chat;

/// <summary>How a model family writes calls of tools.</summary>
public enum CallSyntax
{
    /// <summary>Python in a fenced block (<see cref="ToolCodeParser"/>).</summary>
    ToolCode,

    /// <summary>JSON objects in tags (<see cref="ToolCallTagParser"/>).</summary>
    ToolCallTag,
}
