using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Signals.Maintenance;

/// <summary>
/// Where an erased user's events were when the erasure took effect, and when each place was cleaned. Flushes and compactions
/// update the certificate until the store is closed. Once it is complete it does not change any more.
/// </summary>
/// <remarks>
/// Thread contract: any thread reads. Two places are not listed: the manifest, which keeps the user's id and the cutoff, so that
/// events from before the erasure that arrive late stay hidden; and answers that callers still hold.
/// </remarks>
public sealed class ErasureCertificate
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<ErasurePlace> _places = []; // guarded by _lock
    private readonly Func<IReadOnlyList<string>> _checkpoints;

    internal ErasureCertificate(UserId user, long cutoffMs, DateTimeOffset erasedAt, Func<IReadOnlyList<string>> checkpoints)
    {
        User = user;
        CutoffMs = cutoffMs;
        ErasedAt = erasedAt;
        _checkpoints = checkpoints;
    }

    /// <summary>The erased user.</summary>
    public UserId User { get; }

    /// <summary>The newest event time erased, ms since the epoch.</summary>
    public long CutoffMs { get; }

    /// <summary>When the erasure was acknowledged. From then on no read shows the events.</summary>
    public DateTimeOffset ErasedAt { get; }

    /// <summary>The places found so far. A flush or a merge that was running may add some.</summary>
    public IReadOnlyList<ErasurePlace> Places
    {
        get
        {
            lock (_lock)
            {
                return [.. _places];
            }
        }
    }

    /// <summary>
    /// The folders of the checkpoints that the store has taken since it was opened, as far as they exist; they are not cleaned.
    /// Keep track of other checkpoints yourself, also of those that were moved.
    /// </summary>
    public IReadOnlyList<string> Checkpoints => _checkpoints();

    /// <summary>Whether no place holds events of the user any more.</summary>
    public bool IsComplete => _complete.Task.IsCompleted;

    /// <summary>
    /// Completes when no place holds events of the user any more. <see cref="SignalStore.CompactAsync"/> brings that about at
    /// once.
    /// </summary>
    public Task Completion => _complete.Task;

    /// <summary>
    /// The current state of the certificate as text. Keep it where you can show it later: the store holds the certificate only
    /// until it is closed, and stores it in no file. One JSON object: <c>format</c> (1), <c>user</c> (32 hexadecimal digits),
    /// <c>cutoff_ms</c>, <c>erased_at</c>, <c>written_at</c>, <c>complete</c>, <c>places</c> (<c>kind</c>, <c>name</c>,
    /// <c>found_at</c>, <c>cleaned_at</c> or null) and <c>checkpoints</c>. Times are ISO 8601, UTC.
    /// </summary>
    /// <param name="writtenAt">The time to state in <c>written_at</c>.</param>
    public string ToJson(DateTimeOffset writtenAt)
    {
        // Completeness is read before the places, so a certificate that says it is complete lists no place that is not cleaned.
        bool complete = IsComplete;
        ArrayBufferWriter<byte> buffer = new(1024);
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteNumber("format", 1);
            json.WriteString("user", User.ToString());
            json.WriteNumber("cutoff_ms", CutoffMs);
            json.WriteString("erased_at", ErasedAt.UtcDateTime);
            json.WriteString("written_at", writtenAt.UtcDateTime);
            json.WriteBoolean("complete", complete);
            WritePlaces(json);
            json.WriteStartArray("checkpoints");
            foreach (string checkpoint in Checkpoints)
            {
                json.WriteStringValue(checkpoint);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private void WritePlaces(Utf8JsonWriter json)
    {
        json.WriteStartArray("places");
        foreach (ErasurePlace place in Places)
        {
            json.WriteStartObject();
            json.WriteString("kind", place.Kind switch
            {
                ErasurePlaceKind.Memory => "memory",
                ErasurePlaceKind.Log => "log",
                _ => "table",
            });
            json.WriteString("name", place.Name);
            json.WriteString("found_at", place.FoundAt.UtcDateTime);
            if (place.CleanedAt is { } cleaned)
            {
                json.WriteString("cleaned_at", cleaned.UtcDateTime);
            }
            else
            {
                json.WriteNull("cleaned_at");
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Updates the places from what was found now. Returns true when the certificate is complete.</summary>
    internal bool Update(IReadOnlyCollection<(ErasurePlaceKind Kind, string Name)> found, DateTimeOffset now)
    {
        lock (_lock)
        {
            for (int i = 0; i < _places.Count; i++)
            {
                ErasurePlace place = _places[i];
                if (place.CleanedAt is null && !found.Contains((place.Kind, place.Name)))
                {
                    _places[i] = new ErasurePlace(place.Kind, place.Name, place.FoundAt, now);
                }
            }

            foreach ((ErasurePlaceKind kind, string name) in found)
            {
                if (!_places.Exists(place => place.Kind == kind && place.Name == name))
                {
                    _places.Add(new ErasurePlace(kind, name, now));
                }
            }
        }

        if (found.Count == 0)
        {
            _complete.TrySetResult();
        }

        return found.Count == 0;
    }
}
