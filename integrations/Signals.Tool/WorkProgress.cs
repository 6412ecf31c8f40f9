namespace Signals.Tool;

/// <summary>The progress of long work. Immutable.</summary>
/// <param name="Done">What is done so far, as text for people.</param>
/// <param name="Fraction">The fraction that is done, 0 to 1; null when the total is unknown.</param>
internal readonly record struct WorkProgress(string Done, double? Fraction = null)
{
    /// <summary>Progress as a part of a total. A total of 0 means that the total is unknown.</summary>
    public static WorkProgress Create(string done, long part, long total) =>
        new(done, total > 0 ? Math.Clamp((double)part / total, 0, 1) : null);
}
