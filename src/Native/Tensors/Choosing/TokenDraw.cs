namespace MlxActors.Native.Tensors.Choosing;

/// <summary>What of a row of logits a draw is made from; the filters in this order. The best token always stays.</summary>
/// <param name="Temperature">What logits are divided by, above 0; 1 changes nothing.</param>
/// <param name="TopK">The most likely tokens that stay, above 0; null: all.</param>
/// <param name="TopP">The probability that the fewest most likely tokens that stay hold together; null: all.</param>
/// <param name="MinP">How likely a token must be beside the most likely one; null: all stay.</param>
public sealed record TokenFilters(float Temperature, int? TopK, double? TopP, double? MinP)
{
    public static TokenFilters None { get; } = new(1, null, null, null);
}

/// <summary>One draw from what filters leave.</summary>
/// <param name="Unit">The random number, in [0, 1): the point at this part of what is left, laid out by ascending id, decides.</param>
public readonly record struct TokenDraw(TokenFilters Filters, double Unit);
