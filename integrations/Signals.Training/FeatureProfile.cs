using System.Text.Json;
using Signals.Training.Quality;

namespace Signals.Training;

/// <summary>
/// What the sequences of one definition are like, column by column. Immutable. Written as JSON it is a baseline for later.
/// </summary>
public sealed record FeatureProfile
{
    /// <summary>The definition's name.</summary>
    public required string Definition { get; init; }

    /// <summary>The version of the last sequence that was seen.</summary>
    public required int Version { get; init; }

    /// <summary>The sequences that were looked at.</summary>
    public required long Sequences { get; init; }

    /// <summary>The mean count of events in a sequence.</summary>
    public required double MeanLength { get; init; }

    /// <summary>The sequences that were not complete; those of unknown users count as complete.</summary>
    public required long Incomplete { get; init; }

    /// <summary>The sequences without an event.</summary>
    public required long Empty { get; init; }

    /// <summary>The columns, in the definition's order.</summary>
    public required IReadOnlyList<ColumnProfile> Columns { get; init; }

    /// <summary>Writes the profile as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ProfileJson.Default.FeatureProfile);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="FormatException">The text is not a profile; the message says where.</exception>
    public static FeatureProfile Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        FeatureProfile profile;
        try
        {
            profile = JsonSerializer.Deserialize(json, ProfileJson.Default.FeatureProfile)
                ?? throw new FormatException("The text is no feature profile: it is null.");
        }
        catch (JsonException error)
        {
            throw new FormatException($"The text is no feature profile: {error.Message}", error);
        }

        foreach (ColumnProfile? column in profile.Columns ?? throw new FormatException("The profile has no columns."))
        {
            if (column?.Name is null
                || column.Percentiles is not { Count: 0 or 101 }
                || column.Buckets is not { Count: ColumnProfile.BucketCount })
            {
                throw new FormatException(
                    $"The column '{column?.Name}' of the profile needs a name, 0 or 101 percentiles "
                    + $"and {ColumnProfile.BucketCount} buckets.");
            }
        }

        return profile;
    }
}
