namespace MlxActors.Gateway.Nodes;

/// <summary>How nodes are watched; <c>hocon/gateway.conf</c> says more of each.</summary>
/// <param name="Interval">Between two questions to a node.</param>
/// <param name="Timeout">For its answer.</param>
/// <param name="EjectAfter">Unanswered questions in a row.</param>
/// <param name="LetInAfter">Answered questions in a row.</param>
/// <param name="LostAfter">A node from which nothing came for so long has lost its requests.</param>
/// <param name="ModelsInterval">Between two looks at the models that it has.</param>
internal sealed record HealthSettings(
    TimeSpan Interval, TimeSpan Timeout, int EjectAfter, int LetInAfter, TimeSpan LostAfter, TimeSpan ModelsInterval, SlownessSettings Slowness);

/// <summary>When a node counts as slow.</summary>
/// <param name="Factor">So many times as long as the others until an answer begins.</param>
/// <param name="Floor">And at least so long.</param>
/// <param name="OutFor">So long it gets nothing.</param>
internal sealed record SlownessSettings(double Factor, TimeSpan Floor, TimeSpan OutFor);
