using Signals.Definitions;

namespace Signals.Core.DefinitionVersions;

/// <summary>
/// The versions of one definition, and the order in which they were active. Not thread-safe; the lock of its registry protects
/// it. The active version is always one of the kept versions.
/// </summary>
internal sealed class DefinitionHistory<TPlan>(int maxVersions)
    where TPlan : class
{
    private readonly List<RegisteredDefinition<TPlan>> _versions = [];
    private readonly List<RegisteredDefinition<TPlan>> _activations = [];
    private bool _isRetired;

    public IReadOnlyList<RegisteredDefinition<TPlan>> Versions => _versions;

    public RegisteredDefinition<TPlan> Active => _activations[^1];

    /// <summary>The version that reads get: the active one, or <c>null</c> when the definition is retired.</summary>
    public RegisteredDefinition<TPlan>? Served => _isRetired || Active.Definition.Stage == LifecycleStage.Retired ? null : Active;

    public RegisteredDefinition<TPlan>? Find(int version) => _versions.Find(registered => registered.Definition.Version == version);

    public void Add(RegisteredDefinition<TPlan> registered)
    {
        _versions.Add(registered);
        Activate(registered);
        if (_versions.Count > maxVersions)
        {
            RegisteredDefinition<TPlan> first = _versions[0];
            _versions.RemoveAt(0);
            _activations.RemoveAll(activation => ReferenceEquals(activation, first));
            CollapseRepeats();
        }
    }

    /// <summary>Replaces a kept version by the same version compiled anew, and makes it active.</summary>
    public void Replace(RegisteredDefinition<TPlan> kept, RegisteredDefinition<TPlan> registered)
    {
        _versions[_versions.IndexOf(kept)] = registered;
        for (int i = 0; i < _activations.Count; i++)
        {
            if (ReferenceEquals(_activations[i], kept))
            {
                _activations[i] = registered;
            }
        }

        Activate(registered);
    }

    public void Activate(RegisteredDefinition<TPlan> registered)
    {
        _isRetired = false;
        if (_activations.Count > 0 && ReferenceEquals(Active, registered))
        {
            return;
        }

        _activations.Add(registered);
        if (_activations.Count > maxVersions)
        {
            _activations.RemoveAt(0);
        }
    }

    /// <summary>Stops serving the definition. False when it was not served.</summary>
    public bool Retire()
    {
        bool wasServed = Served is not null;
        _isRetired |= wasServed;
        return wasServed;
    }

    /// <summary>
    /// Undoes a retirement; otherwise makes the previously active version active again. False when there was none.
    /// </summary>
    public bool RollBack()
    {
        if (_isRetired)
        {
            _isRetired = false;
            return true;
        }

        if (_activations.Count < 2)
        {
            return false;
        }

        _activations.RemoveAt(_activations.Count - 1);
        return true;
    }

    // Removing a version may leave the same version twice in a row, which a rollback must not count as a step.
    private void CollapseRepeats()
    {
        for (int i = _activations.Count - 1; i > 0; i--)
        {
            if (ReferenceEquals(_activations[i], _activations[i - 1]))
            {
                _activations.RemoveAt(i);
            }
        }
    }
}
