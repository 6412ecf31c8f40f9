using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.DefinitionFiles;

/// <summary>What a registry of one name has to be after any calls and restarts, in a few plain lists. One thread.</summary>
internal sealed class RegistryModel(int maxVersions)
{
    private readonly List<int> _activations = [];
    private readonly HashSet<int> _ofThisRun = [];
    private int _lastRegistered;

    public List<int> Versions { get; private set; } = [];

    public bool IsRetired { get; private set; }

    public int? Shadow { get; private set; }

    public int? Served => IsRetired || _activations.Count == 0 ? null : _activations[^1];

    public void Register(int version, bool isByOperator)
    {
        bool isKnown = Versions.Contains(version);
        bool isWhatCodeRegisteredLast = !isByOperator && isKnown && !_ofThisRun.Contains(version) && version == _lastRegistered;
        if (!isKnown)
        {
            Versions.Add(version);
        }

        _ofThisRun.Add(version);
        _lastRegistered = isByOperator ? _lastRegistered : version;
        if (!isWhatCodeRegisteredLast)
        {
            Activate(version);
        }

        if (Versions.Count > maxVersions)
        {
            int gone = Versions.First(kept => kept != _activations[^1] && kept != _lastRegistered);
            Versions.Remove(gone);
            _ofThisRun.Remove(gone);
            List<int> left = [];
            foreach (int active in _activations.Where(active => active != gone))
            {
                if (left.Count == 0 || left[^1] != active)
                {
                    left.Add(active);
                }
            }

            _activations.Clear();
            _activations.AddRange(left);
        }
    }

    public bool Activate(int version)
    {
        if (!Versions.Contains(version))
        {
            return false;
        }

        int? before = Served;
        IsRetired = false;
        if (_activations.Count == 0 || _activations[^1] != version)
        {
            _activations.Add(version);
            if (_activations.Count > maxVersions)
            {
                _activations.RemoveAt(0);
            }
        }

        EndShadowUnless(before);
        return true;
    }

    public bool RollBack()
    {
        if (_activations.Count < (IsRetired ? 1 : 2))
        {
            return false;
        }

        int? before = Served;
        if (!IsRetired)
        {
            _activations.RemoveAt(_activations.Count - 1);
        }

        IsRetired = false;
        EndShadowUnless(before);
        return true;
    }

    public bool Retire()
    {
        if (Served is null)
        {
            return false;
        }

        (IsRetired, Shadow) = (true, null);
        return true;
    }

    public bool Remove()
    {
        bool wasThere = Versions.Count > 0;
        Versions = [];
        _activations.Clear();
        _ofThisRun.Clear();
        (IsRetired, Shadow, _lastRegistered) = (false, null, 0);
        return wasThere;
    }

    public bool StartShadow(int candidate)
    {
        Shadow = Served is null ? Shadow : candidate;
        return Served is not null;
    }

    public bool StopShadow()
    {
        bool had = Served is not null && Shadow is not null;
        Shadow = null;
        return had;
    }

    public void Restart() => _ofThisRun.Clear();

    public int AnyVersion(SimRandom random) => Versions.Count == 0 ? 1 : Versions[random.Below(Versions.Count)];

    private void EndShadowUnless(int? before) => Shadow = before is not null && before == Served ? Shadow : null;
}
