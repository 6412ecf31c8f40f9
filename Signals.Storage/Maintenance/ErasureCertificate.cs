using System.Buffers;
using System.Text;
using System.Text.Json;
using Signals.Core.Model;

namespace Signals.Storage.Maintenance;

/// <summary>
/// Where an erased user's events were when the erasure took effect, and when each place was cleaned. It goes on by itself as flushes and
/// compactions come by, until the store is closed; complete, it changes no more.
/// </summary>
/// <remarks>
/// Thread contract: any thread reads. Not listed: the manifest, which keeps the user's id and the cutoff, so that events of before the
/// erasure that arrive late stay hidden; and answers that callers still hold.
/// </remarks>
public sealed class ErasureCertificate
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<ErasurePlace> _places = []; // guarded by _gate
    private readonly Func<IReadOnlyList<string>> _checkpoints;

    internal ErasureCertificate(UserId user, long cutoffMs, DateTimeOffset erasedAt, Func<IReadOnlyList<string>> checkpoints)
    {
        User = user;
        CutoffMs = cutoffMs;
        ErasedAt = erasedAt;
        _checkpoints = checkpoints;
    }

    /// <summary>Who was erased.</summary>
    public UserId User { get; }

    /// <summary>The newest event time erased, ms since the epoch.</summary>
    public long CutoffMs { get; }

    /// <summary>When the erasure was acknowledged: from then on no read shows the events.</summary>
    public DateTimeOffset ErasedAt { get; }

    /// <summary>The places found so far; a flush or a merge that was under way may add some.</summary>
    public IReadOnlyList<ErasurePlace> Places
    {
        get
        {
            lock (_gate)
            {
                return [.. _places];
            }
        }
    }

    /// <summary>
    /// The checkpoints that the store has taken since it was opened: they are not cleaned. Who made others knows where they are.
    /// </summary>
    public IReadOnlyList<string> Checkpoints => _checkpoints();

    /// <summary>Whether nothing is left in any place.</summary>
    public bool IsComplete => _complete.Task.IsCompleted;

    /// <summary>Completes when nothing is left. <see cref="SignalStore.CompactAsync"/> sees to that at once.</summary>
    public Task Completion => _complete.Task;

    /// <summary>
    /// The certificate as it stands, to be kept where it can be shown later: the store itself holds it only until it is closed, and keeps it in
    /// no file. One JSON object: <c>format</c> (1), <c>user</c> (32 hexadecimal digits), <c>cutoff_ms</c>, <c>erased_at</c>, <c>written_at</c>,
    /// <c>complete</c>, <c>places</c> (<c>kind</c>, <c>name</c>, <c>found_at</c>, <c>cleaned_at</c> or null) and <c>checkpoints</c>. Times are
    /// ISO 8601, UTC.
    /// </summary>
    /// <param name="writtenAt">When it is written down.</param>
    public string ToJson(DateTimeOffset writtenAt)
    {
        // Completeness is read before the places, so that a certificate that says so shows no place that is left.
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

    /// <summary>Takes what was found now; true when the certificate is complete.</summary>
    internal bool Update(IReadOnlyCollection<(ErasurePlaceKind Kind, string Name)> found, DateTimeOffset now)
    {
        lock (_gate)
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
