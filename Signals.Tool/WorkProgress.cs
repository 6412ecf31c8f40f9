namespace Signals.Tool;

/// <summary>How far long work is. Immutable.</summary>
/// <param name="Done">What is done so far, for people.</param>
/// <param name="Fraction">Of the whole, 0 to 1; null when nobody knows how much there is.</param>
internal readonly record struct WorkProgress(string Done, double? Fraction = null)
{
    /// <summary>So much of a total; a total of 0 is no total.</summary>
    public static WorkProgress Of(string done, long part, long total) => new(done, total > 0 ? Math.Clamp((double)part / total, 0, 1) : null);
}
