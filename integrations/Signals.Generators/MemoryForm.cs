namespace Signals.Generators;

/// <summary>How a property holds a vector or bytes.</summary>
internal enum MemoryForm
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>As a <c>ReadOnlyMemory</c>.</summary>
    Memory,

    /// <summary>As an array.</summary>
    Array,
}
