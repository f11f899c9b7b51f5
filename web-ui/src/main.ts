import "./looks/tokens.css";
import "./looks/ground.css";
import "./looks/shapes.css";
import "./looks/forms.css";
import { mount } from "svelte";
import Panel from "./app/Panel.svelte";

const target = document.getElementById("panel");
if (target) mount(Panel, { target });
