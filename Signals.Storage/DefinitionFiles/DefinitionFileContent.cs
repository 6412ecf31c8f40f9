using Signals.Core.DefinitionVersions;

namespace Signals.Storage.DefinitionFiles;

/// <summary>What a file of stored definitions holds. Immutable.</summary>
/// <param name="Bytes">The whole file.</param>
/// <param name="Names">What it says of each name.</param>
internal sealed record DefinitionFileContent(byte[] Bytes, IReadOnlyList<StoredHistory> Names);
