using System.Collections.Immutable;

namespace MlxActors.Web.Cli.Configuration;

/// <summary>A setting as a shipped file has it.</summary>
/// <param name="Key">Below its section, such as <c>responses.max-count</c>.</param>
/// <param name="Default">As it is written there.</param>
internal sealed record Setting(string Key, string Default);

/// <summary>Settings that one comment is about: those that follow it line by line.</summary>
internal sealed record SettingGroup(string Comment, ImmutableArray<Setting> Settings);

/// <summary>A section and what it holds.</summary>
/// <param name="Path">Such as <c>mlxactors.engine</c>.</param>
/// <param name="Comment">What the section is about; empty when the file does not say.</param>
internal sealed record SettingSection(string Path, string Comment, ImmutableArray<SettingGroup> Groups);
