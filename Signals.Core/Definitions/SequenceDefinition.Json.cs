using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Signals.Core.Definitions.Checks;
using Signals.Core.Definitions.Json;
using Signals.Core.Definitions.Values;

namespace Signals.Definitions;

/// <content>The portable form: JSON without loss in either direction, and the hash that identifies the content.</content>
public sealed partial record SequenceDefinition
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a definition from JSON (<c>docs/definitions.schema.json</c>) and checks it as <see cref="Check"/> does.</summary>
    /// <exception cref="DefinitionException">
    /// The JSON is malformed, has unknown keys, or has values out of bounds. The exception lists every error.
    /// </exception>
    public static SequenceDefinition Parse(ReadOnlySpan<byte> utf8)
    {
        var errors = new DefinitionErrors();
        return Read(utf8, errors) ?? throw new DefinitionException("The JSON is not a valid definition", errors.All);
    }

    /// <inheritdoc cref="Parse(ReadOnlySpan{byte})"/>
    public static SequenceDefinition Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        var errors = new DefinitionErrors();
        return Read(json, errors) ?? throw new DefinitionException("The JSON is not a valid definition", errors.All);
    }

    /// <summary>Reads a definition from JSON. Returns false and every error when the JSON is not a valid definition.</summary>
    public static bool TryParse(
        ReadOnlySpan<byte> utf8,
        [NotNullWhen(true)] out SequenceDefinition? definition,
        out IReadOnlyList<DefinitionError> errors)
    {
        var collected = new DefinitionErrors();
        definition = Read(utf8, collected);
        errors = collected.All;
        return definition is not null;
    }

    /// <summary>The canonical JSON, as UTF-8 without white space. Equal definitions give equal bytes.</summary>
    /// <exception cref="DefinitionException">
    /// The definition is invalid, or has a condition in the host's code (see <see cref="IsPortable"/>).
    /// </exception>
    public ReadOnlyMemory<byte> ToUtf8Json()
    {
        CheckPortable();
        return DefinitionWriter.Write(this, indented: false);
    }

    /// <summary>The JSON as text.</summary>
    /// <param name="indented">True to indent the JSON for people; false for the canonical form.</param>
    /// <exception cref="DefinitionException">
    /// The definition is invalid, or has a condition in the host's code (see <see cref="IsPortable"/>).
    /// </exception>
    public string ToJson(bool indented = false)
    {
        CheckPortable();
        return Encoding.UTF8.GetString(DefinitionWriter.Write(this, indented).Span);
    }

    /// <summary>
    /// Identifies the content: the first 128 bits of the SHA-256 of the canonical JSON. It is the same on every machine and in
    /// every version that writes the same format. It is computed at each call, so keep the result.
    /// </summary>
    /// <exception cref="DefinitionException">
    /// The definition is invalid, or has a condition in the host's code (see <see cref="IsPortable"/>).
    /// </exception>
    public UInt128 ComputeContentHash()
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(ToUtf8Json().Span, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    private static SequenceDefinition? Read(ReadOnlySpan<byte> utf8, DefinitionErrors errors)
    {
        // The bytes are copied because a document keeps them. At most as many are copied as can be valid, plus a byte order
        // mark.
        int most = DefinitionLimits.MaxJsonBytes + 4;
        return DefinitionReader.Read(utf8[..Math.Min(utf8.Length, most)].ToArray(), errors);
    }

    private static SequenceDefinition? Read(string json, DefinitionErrors errors)
    {
        if (json.Length > DefinitionLimits.MaxJsonBytes)
        {
            errors.Add(
                JsonPath.Root,
                $"the definition has {json.Length} characters; at most {DefinitionLimits.MaxJsonBytes} bytes are allowed");
            return null;
        }

        try
        {
            return DefinitionReader.Read(StrictUtf8.GetBytes(json), errors);
        }
        catch (EncoderFallbackException error)
        {
            errors.Add(JsonPath.Root, $"the text has half of a surrogate pair at character {error.Index}");
            return null;
        }
    }

    private void CheckPortable()
    {
        Check();
        if (HostConditions.FindPath(this) is { } path)
        {
            var errors = new DefinitionErrors();
            errors.Add(
                path,
                "a condition in the host's code cannot be written as JSON; " +
                "register an event filter and use Predicate.Filter with its name");
            errors.ThrowIfAny($"The definition '{Name}' is not portable");
        }
    }
}
