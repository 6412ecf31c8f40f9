using System.Text.Json;
using Signals.Serving;

namespace Signals.Training;

/// <summary>What a training set holds, and what it lacks and why. Immutable.</summary>
public sealed record TrainingReport
{
    /// <summary>The requests or moments that were asked for.</summary>
    public required long Requests { get; init; }

    /// <summary>The rows that were written.</summary>
    public required long Rows { get; init; }

    /// <summary>The rows that have a label.</summary>
    public required long Joined { get; init; }

    /// <summary>The requests or moments without a label.</summary>
    public required long Unlabelled { get; init; }

    /// <summary>The labels whose request was not there.</summary>
    public required long LabelsWithoutRequest { get; init; }

    /// <summary>The rows whose sequence is all that the definition describes. An unknown user's empty sequence counts as such.</summary>
    public required long Complete { get; init; }

    /// <summary>The rows whose user the store did not know.</summary>
    public required long UnknownUsers { get; init; }

    /// <summary>
    /// The sequences that were left out because their answer was not complete (<see cref="TrainingOptions.KeepIncomplete"/>).
    /// </summary>
    public required long LeftOut { get; init; }

    /// <summary>The events of all rows.</summary>
    public required long Events { get; init; }

    /// <summary>How often each outcome came that gave no sequence, such as <see cref="RebuildStatus.Expired"/>.</summary>
    public required IReadOnlyDictionary<RebuildStatus, long> Missing { get; init; }

    /// <summary>The bytes that the sink wrote.</summary>
    public required long Bytes { get; init; }

    /// <summary>The wall time that it took.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>The share of rows that are complete, 0 to 1; 1 when there are no rows.</summary>
    public double ShareComplete => Rows == 0 ? 1 : (double)Complete / Rows;

    /// <summary>Writes the report as properties of an open JSON object.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteNumber("requests", Requests);
        json.WriteNumber("rows", Rows);
        json.WriteNumber("joined", Joined);
        json.WriteNumber("unlabelled", Unlabelled);
        json.WriteNumber("labels_without_request", LabelsWithoutRequest);
        json.WriteNumber("complete", Complete);
        json.WriteNumber("share_complete", ShareComplete);
        json.WriteNumber("unknown_users", UnknownUsers);
        json.WriteNumber("left_out", LeftOut);
        json.WriteNumber("events", Events);
        json.WriteStartObject("missing");
        foreach ((RebuildStatus status, long count) in Missing)
        {
            json.WriteNumber(JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString()), count);
        }

        json.WriteEndObject();
        json.WriteNumber("bytes", Bytes);
        json.WriteNumber("seconds", Math.Round(Elapsed.TotalSeconds, 3));
    }
}
