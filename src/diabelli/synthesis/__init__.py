"""The patch engine's algorithms: arrays in, arrays out; no I/O, no settings, no logging.

Start with `pipeline`: it contains all steps from a source to its variations. Packages import only
from packages above them in this list.

    core        types, jit, rng, parallel; resample, filters, grid, pyramid, warp, alpha;
                chroma, rotation, noise, curves, shapes; structure_tensor, flow; convnet;
                solvers binary_mrf and sor
    strength    parameters of all steps for one strength
    models      trained weights of the maps, the surroundings and the ground
    analysis    properties of a source: source_analysis combines
                picture_kind, solid_shape         kind of picture
                lettering                         where words or digits may be
                saliency, patch_uniqueness        regions without similar ones
                rigidity                          regions that must keep their shape
                background, segmentation, subject what the picture shows
                subject_map                       the same from a trained map
                matte, cut_out                    outlines of a map, and of the subject
                people, bare_skin, person_matte   where people may be
                surroundings                      whether it shows the open air, or a person
                clear_sky                         where things may be in the sky
                ground                            whether water or a window's light suits it
                cell_features                     features for montages
                ground_texture                    whether a montage may rearrange it
                picture_border                    lines along the edges that no frame shows
                extension, orientation            limits of frames and tilt
                colour_objects, recolouring       objects that can be recoloured
                foliage                           where leaves and grass are
    layout      random frame, layout and tilt
    montage     shifts, montage, guide: graph-cut montage of shifted copies
    patchmatch  patchmatch, nearest_neighbour_field, voting, refine: mending of seams
    finish      hue_shift, object_hue_shift, relight: changes of colour and light
    selection   candidates, artefact_gate: which montages are rendered
    moves       planner, suitable_move, seed_selection, trust: which seed makes which move
                warm_up: every move once
                drawing, drawn_layer, drawn_ground: drawings
                photograph, remakes, scene: photographs, and the properties that decide
                water, shore; gentle_layout, light, lighting, daylight, shadows,
                leaf_shade
                thing, free_place, keep_clear: birds, balloons, bubbles
                lanterns: night_sky
                season; petals: scatter, thin_sheets,
                sheet_raster, thin_shapes
                still_life, tabletop, mirror_image: glass_ball, ball_window;
                    snow_globe, turned_base; instant_print: standing_print,
                    pile_of_prints, hanging_print, print_card; jigsaw, jigsaw_trace,
                    jigsaw_pieces, jigsaw_cut, wooden_table
                cinema: hall, curtains, seats; suitability
                relief, solids, table: things seen from above
                cake: border, cream, toppings; suitability
                coffee: cup, cafe_table, trimmings, window_light; foam, coffee_print;
                    coffee_suitability
                comic_page, page_plan, page_print: page_layout, shots, heads; panel_art,
                    colour_schemes; comic_sheet, reading_table, facing_page; comic_suitability
                cyanotype: tones, coating; arrangement, layouts, flora, marks, ferns, grasses,
                    umbels, sprigs; mounting, grounds, fastenings; cyanotype_suitability
                porcelain, serving: dish, dish_painting, rim_ornament, place_setting;
                    porcelain_suitability
                television, layout: room, wallpaper; cabinet, relief; glass; television_suitability
                mural: brickwork, wall, street; mural_suitability
                painting, brush_strokes, strokes; picture_frame, gallery_wall;
                    painting_suitability
                line_art: paper, flow, lines
                mosaic: board, border, tile_layout, tile_relief, mosaic_suitability
                stained_glass: glazing, panes, outlines; glass; window, stone_wall;
                    stained_glass_suitability
                painted_tiles: tableau, tile_painting, tile_tones, pigments, ornament, motif, glaze,
                    painted_tiles_suitability
                cross_stitch: motif, placing, pattern, threads, oklab, backstitch, garland,
                    needlework, hoop, screw, skein; cross_stitch_suitability, subject_cut,
                    plain_ground, hoop_grounds
                screen_print: stencils, ink_sets, print_sheet, pencil_marks; workshop,
                    sheet_layout, sheet_relief, printer_table, studio_wall, drying_line,
                    printing_tools; screen_print_suitability
    pipeline    the steps in order
"""
