using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Signals.Maintenance;

/// <summary>
/// What an erasure from checkpoints did: who was erased, and which files were deleted and written. Keep it where you can show it later.
/// Immutable.
/// </summary>
/// <remarks>
/// A file that has another content under the same name is listed as deleted and as written. A run that was interrupted gives no
/// certificate; the next one lists what it finds itself.
/// </remarks>
public sealed class CheckpointErasureCertificate
{
    /// <summary>The folder of the checkpoint, or the description of the target.</summary>
    public required string Checkpoint { get; init; }

    /// <summary>
    /// The id of the clean checkpoint in shared storage; null for a folder or a target without a current checkpoint. An upload may have
    /// replaced it by now; then its blobs are listed in <see cref="Left"/>.
    /// </summary>
    public string? CheckpointId { get; init; }

    /// <summary>When the erasure was complete, or ended with <see cref="Left"/>.</summary>
    public required DateTimeOffset ErasedAt { get; init; }

    /// <summary>The users, each once.</summary>
    public required IReadOnlyList<ErasedUser> Users { get; init; }

    /// <summary>The files that are gone, whether they held an erased user or not.</summary>
    public required IReadOnlyList<CheckpointFile> Deleted { get; init; }

    /// <summary>The files that came instead.</summary>
    public required IReadOnlyList<CheckpointFile> Written { get; init; }

    /// <summary>
    /// Files that may hold an erased user and are still there. Erase again to delete them. In shared storage without a current checkpoint
    /// nothing deletes them before an upload has completed: let one complete first.
    /// </summary>
    public required IReadOnlyList<string> Left { get; init; }

    /// <summary>Whether no file of the checkpoint holds an event of an erased user any more.</summary>
    public bool IsComplete => Left.Count == 0;

    /// <summary>
    /// The certificate as text: one JSON object with <c>format</c> (1), <c>checkpoint</c>, <c>checkpoint_id</c> (or null),
    /// <c>erased_at</c> (ISO 8601, UTC), <c>complete</c>, <c>users</c> (<c>user</c> in 32 hexadecimal digits, <c>cutoff_ms</c>,
    /// <c>found</c>), <c>deleted</c> and <c>written</c> (<c>name</c>, <c>bytes</c>, <c>sha256</c>) and <c>left</c>.
    /// </summary>
    public string ToJson()
    {
        ArrayBufferWriter<byte> buffer = new(1024);
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteNumber("format", 1);
            json.WriteString("checkpoint", Checkpoint);
            json.WriteString("checkpoint_id", CheckpointId);
            json.WriteString("erased_at", ErasedAt.UtcDateTime);
            json.WriteBoolean("complete", IsComplete);
            WriteUsers(json);
            WriteFiles(json, "deleted", Deleted);
            WriteFiles(json, "written", Written);
            json.WriteStartArray("left");
            foreach (string name in Left)
            {
                json.WriteStringValue(name);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private void WriteUsers(Utf8JsonWriter json)
    {
        json.WriteStartArray("users");
        foreach (ErasedUser user in Users)
        {
            json.WriteStartObject();
            json.WriteString("user", user.User.ToString());
            json.WriteNumber("cutoff_ms", user.CutoffMs);
            json.WriteBoolean("found", user.WasFound);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteFiles(Utf8JsonWriter json, string property, IReadOnlyList<CheckpointFile> files)
    {
        json.WriteStartArray(property);
        foreach (CheckpointFile file in files)
        {
            json.WriteStartObject();
            json.WriteString("name", file.Name);
            json.WriteNumber("bytes", file.Bytes);
            json.WriteString("sha256", file.Sha256);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
