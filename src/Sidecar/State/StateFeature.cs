using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Routing;

namespace Gateway.Sidecar.State;

internal sealed class StateFeature(SidecarContext context) : ISidecarFeature
{
    public void Map(SidecarRoutes routes)
    {
        _ = context;
    }
}
